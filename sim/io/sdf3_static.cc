// SDF and CSDF graphs of an SDF3 file.
#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/io/sdf3_parts.h"

namespace dynarch::io {
namespace {

using dataflow::Actor;
using dataflow::Channel;
using dataflow::Graph;
using dataflow::Rational;

struct Port {
  pugi::xml_node node;
  bool output = false;
  std::vector<int64_t> rates = {};
  bool used = false;
};

// An actor while its parts are still being collected.
struct OpenActor {
  pugi::xml_node node;
  NameTable port_names = NameTable("port");
  std::vector<Port> ports = {};
  pugi::xml_attribute time = {};  // Empty: none was given.
  bool has_properties = false;
  std::vector<Rational> times = {Rational(0)};
};

class StaticReader {
 public:
  StaticReader(ElementReader& reader, bool cyclic,
               std::vector<Position>* channels)
      : reader_(reader), cyclic_(cyclic), channels_(channels) {}

  absl::StatusOr<Graph> Read(pugi::xml_node graph, pugi::xml_node properties) {
    DYNARCH_RETURN_IF_ERROR(reader_.CheckAttributes(graph, {"name", "type"}));
    DYNARCH_ASSIGN_OR_RETURN(result_.name, reader_.Name(graph));
    DYNARCH_RETURN_IF_ERROR(reader_.CheckChildren(graph, {"actor", "channel"}));
    for (const pugi::xml_node node : graph.children("actor")) {
      DYNARCH_RETURN_IF_ERROR(ReadActor(node));
    }
    for (const pugi::xml_node node : properties.children("actorProperties")) {
      DYNARCH_RETURN_IF_ERROR(ReadActorProperties(node));
    }
    for (OpenActor& actor : actors_) {
      DYNARCH_RETURN_IF_ERROR(SettlePhases(actor));
    }
    for (const pugi::xml_node node : graph.children("channel")) {
      DYNARCH_RETURN_IF_ERROR(ReadChannel(node));
    }
    for (const pugi::xml_node node : properties.children("channelProperties")) {
      DYNARCH_RETURN_IF_ERROR(ReadChannelProperties(node));
    }
    WarnOfPlaceholders();
    WarnOfUnusedPorts();
    return std::move(result_);
  }

 private:
  absl::Status ReadActor(pugi::xml_node node) {
    DYNARCH_RETURN_IF_ERROR(reader_.CheckAttributes(node, {"name", "type"}));
    DYNARCH_RETURN_IF_ERROR(reader_.CheckChildren(node, {"port"}));
    DYNARCH_ASSIGN_OR_RETURN(const std::string name, reader_.Name(node));
    DYNARCH_RETURN_IF_ERROR(actor_names_.Add(reader_, node, name));
    OpenActor actor{.node = node};
    for (const pugi::xml_node port : node.children("port")) {
      DYNARCH_RETURN_IF_ERROR(ReadPort(port, &actor));
    }
    actors_.push_back(std::move(actor));
    return absl::OkStatus();
  }

  absl::Status ReadPort(pugi::xml_node node, OpenActor* actor) {
    DYNARCH_RETURN_IF_ERROR(
        reader_.CheckAttributes(node, {"name", "type", "rate"}));
    DYNARCH_ASSIGN_OR_RETURN(const std::string name, reader_.Name(node));
    DYNARCH_RETURN_IF_ERROR(actor->port_names.Add(reader_, node, name));
    DYNARCH_ASSIGN_OR_RETURN(const pugi::xml_attribute type,
                             reader_.Required(node, "type"));
    const absl::string_view direction = type.value();
    if (direction != "in" && direction != "out") {
      return reader_.ErrorAt(
          type, absl::StrCat("type: got '", direction, "'; allowed: in, out"));
    }
    DYNARCH_ASSIGN_OR_RETURN(const pugi::xml_attribute rate,
                             reader_.Required(node, "rate"));
    Port port{.node = node, .output = direction == "out"};
    DYNARCH_ASSIGN_OR_RETURN(port.rates, reader_.Counts(rate));
    DYNARCH_RETURN_IF_ERROR(OnlyCyclicHasPhases(rate, port.rates.size()));
    actor->ports.push_back(std::move(port));
    return absl::OkStatus();
  }

  absl::Status OnlyCyclicHasPhases(pugi::xml_attribute attribute,
                                   size_t entries) const {
    if (cyclic_ || entries == 1) return absl::OkStatus();
    return reader_.ErrorAt(
        attribute, absl::StrCat(attribute.name(), " has ", entries,
                                " entries; an actor of type sdf has one phase, "
                                "write a list in a file of type csdf"));
  }

  absl::Status ReadActorProperties(pugi::xml_node node) {
    DYNARCH_RETURN_IF_ERROR(reader_.CheckAttributes(node, {"actor"}));
    DYNARCH_RETURN_IF_ERROR(reader_.CheckChildren(
        node, {"processor"}, {"memory", "bufferSize", "latency"}));
    DYNARCH_ASSIGN_OR_RETURN(const pugi::xml_attribute name,
                             reader_.Required(node, "actor"));
    DYNARCH_ASSIGN_OR_RETURN(const int index, actor_names_.Find(reader_, name));
    OpenActor& actor = actors_[index];
    if (std::exchange(actor.has_properties, true)) {
      return reader_.ErrorAt(
          node, absl::StrCat("a second <actorProperties> of actor '",
                             name.value(), "'; one is allowed"));
    }
    DYNARCH_ASSIGN_OR_RETURN(const pugi::xml_node processor,
                             DefaultProcessor(node, name.value()));
    if (!processor) return absl::OkStatus();
    DYNARCH_ASSIGN_OR_RETURN(
        const pugi::xml_node time,
        reader_.AtMostOneChild(processor, "executionTime"));
    if (!time) return absl::OkStatus();
    DYNARCH_RETURN_IF_ERROR(reader_.CheckAttributes(time, {"time"}));
    DYNARCH_ASSIGN_OR_RETURN(actor.time, reader_.Required(time, "time"));
    DYNARCH_ASSIGN_OR_RETURN(actor.times, reader_.Times(actor.time));
    return OnlyCyclicHasPhases(actor.time, actor.times.size());
  }

  // The last one marked default, or the only one; empty if there is none.
  absl::StatusOr<pugi::xml_node> DefaultProcessor(pugi::xml_node properties,
                                                  absl::string_view actor) {
    pugi::xml_node chosen;
    std::vector<std::string> types;
    for (const pugi::xml_node node : properties.children("processor")) {
      DYNARCH_RETURN_IF_ERROR(
          reader_.CheckAttributes(node, {"type", "default"}));
      DYNARCH_RETURN_IF_ERROR(
          reader_.CheckChildren(node, {"executionTime"}, {"memory"}));
      types.push_back(node.attribute("type").value());
      const pugi::xml_attribute mark = node.attribute("default");
      if (!mark) continue;
      DYNARCH_ASSIGN_OR_RETURN(const bool is_default, reader_.Flag(mark));
      if (is_default) chosen = node;
    }
    if (chosen || types.size() <= 1) {
      return chosen ? chosen : properties.child("processor");
    }
    return reader_.ErrorAt(
        properties, absl::StrCat("none of the processors of actor '", actor,
                                 "' is marked default=\"true\"; there are: ",
                                 NameList(types)));
  }

  // Gives every list of the actor one entry per phase.
  absl::Status SettlePhases(OpenActor& actor) {
    const std::string& name =
        actor_names_.name(static_cast<int>(result_.actors.size()));
    size_t phases = actor.times.size();
    for (const Port& port : actor.ports) {
      phases = std::max(phases, port.rates.size());
    }
    for (Port& port : actor.ports) {
      DYNARCH_RETURN_IF_ERROR(reader_.Expand(port.node.attribute("rate"), name,
                                             phases, &port.rates));
    }
    if (!actor.time) {
      reader_.Warn(actor.node, absl::StrCat("actor '", name,
                                            "' has no execution time; 0 is "
                                            "taken"));
      actor.times.assign(phases, Rational(0));
    }
    DYNARCH_RETURN_IF_ERROR(
        reader_.Expand(actor.time, name, phases, &actor.times));
    result_.actors.push_back({.name = name, .times = std::move(actor.times)});
    return absl::OkStatus();
  }

  absl::Status ReadChannel(pugi::xml_node node) {
    DYNARCH_RETURN_IF_ERROR(reader_.CheckAttributes(
        node, {"name", "srcActor", "srcPort", "dstActor", "dstPort", "size",
               "initialTokens", "type"}));
    DYNARCH_RETURN_IF_ERROR(reader_.CheckChildren(node, {}));
    Channel channel;
    DYNARCH_ASSIGN_OR_RETURN(channel.name, reader_.Name(node));
    DYNARCH_RETURN_IF_ERROR(channel_names_.Add(reader_, node, channel.name));
    DYNARCH_ASSIGN_OR_RETURN(channel.production,
                             Connect(node, true, &channel.source));
    DYNARCH_ASSIGN_OR_RETURN(channel.consumption,
                             Connect(node, false, &channel.destination));
    if (const auto tokens = node.attribute("initialTokens")) {
      DYNARCH_ASSIGN_OR_RETURN(channel.initial_tokens, reader_.Count(tokens));
    }
    if (const auto size = node.attribute("size")) {
      DYNARCH_ASSIGN_OR_RETURN(channel.token_size, reader_.Count(size));
    }
    result_.channels.push_back(std::move(channel));
    has_properties_.push_back(false);
    channels_->push_back(reader_.document().PositionOf(node));
    return absl::OkStatus();
  }

  // The actor and the rates at one end of a channel.
  absl::StatusOr<std::vector<int64_t>> Connect(pugi::xml_node node, bool source,
                                               int* actor) {
    DYNARCH_ASSIGN_OR_RETURN(
        const pugi::xml_attribute actor_name,
        reader_.Required(node, source ? "srcActor" : "dstActor"));
    DYNARCH_ASSIGN_OR_RETURN(*actor, actor_names_.Find(reader_, actor_name));
    DYNARCH_ASSIGN_OR_RETURN(
        const pugi::xml_attribute port_name,
        reader_.Required(node, source ? "srcPort" : "dstPort"));
    OpenActor& end = actors_[*actor];
    DYNARCH_ASSIGN_OR_RETURN(const int index,
                             end.port_names.Find(reader_, port_name));
    Port& port = end.ports[index];
    const std::string what = absl::StrCat(
        "port '", port_name.value(), "' of actor '", actor_name.value(), "'");
    if (port.output != source) {
      return reader_.ErrorAt(
          port_name, absl::StrCat(port_name.name(), ": ", what, " has type '",
                                  port.output ? "out" : "in", "'; '",
                                  source ? "out" : "in", "' is needed"));
    }
    if (std::exchange(port.used, true)) {
      return reader_.ErrorAt(
          port_name, absl::StrCat(port_name.name(), ": ", what,
                                  " is at the end of another channel too; "
                                  "each channel needs a port of its own"));
    }
    return RatesOf(port, what);
  }

  absl::StatusOr<std::vector<int64_t>> RatesOf(const Port& port,
                                               absl::string_view what) const {
    const pugi::xml_attribute rate = port.node.attribute("rate");
    int64_t total = 0;
    for (const int64_t tokens : port.rates) {
      if (__builtin_add_overflow(total, tokens, &total)) {
        return reader_.ErrorAt(
            rate, absl::StrCat("rate: ", what,
                               ": the rates of one cycle add "
                               "up to more than 9223372036854775807"));
      }
    }
    if (total == 0) {
      return reader_.ErrorAt(rate,
                             absl::StrCat("rate: ", what,
                                          " is 0 in every "
                                          "phase; leave the channel out"));
    }
    return port.rates;
  }

  absl::Status ReadChannelProperties(pugi::xml_node node) {
    DYNARCH_RETURN_IF_ERROR(reader_.CheckAttributes(node, {"channel"}));
    DYNARCH_RETURN_IF_ERROR(reader_.CheckChildren(
        node, {"tokenSize", "bufferSize"}, {"latency", "bandwidth"}));
    DYNARCH_ASSIGN_OR_RETURN(const pugi::xml_attribute name,
                             reader_.Required(node, "channel"));
    DYNARCH_ASSIGN_OR_RETURN(const int index,
                             channel_names_.Find(reader_, name));
    if (has_properties_[index]) {
      return reader_.ErrorAt(
          node, absl::StrCat("a second <channelProperties> of channel '",
                             name.value(), "'; one is allowed"));
    }
    has_properties_[index] = true;
    Channel& channel = result_.channels[index];
    DYNARCH_ASSIGN_OR_RETURN(const pugi::xml_node token,
                             reader_.AtMostOneChild(node, "tokenSize"));
    if (token) {
      DYNARCH_RETURN_IF_ERROR(reader_.CheckAttributes(token, {"sz"}));
      DYNARCH_ASSIGN_OR_RETURN(const auto size, reader_.Required(token, "sz"));
      DYNARCH_ASSIGN_OR_RETURN(channel.token_size, reader_.Count(size));
    }
    DYNARCH_ASSIGN_OR_RETURN(const pugi::xml_node buffer,
                             reader_.AtMostOneChild(node, "bufferSize"));
    return buffer ? ReadCapacity(buffer, &channel) : absl::OkStatus();
  }

  absl::Status ReadCapacity(pugi::xml_node buffer, Channel* channel) {
    DYNARCH_RETURN_IF_ERROR(
        reader_.CheckAttributes(buffer, {"sz", "src", "dst", "mem"}));
    DYNARCH_ASSIGN_OR_RETURN(const pugi::xml_attribute size,
                             reader_.Required(buffer, "sz"));
    if (absl::StartsWith(size.value(), "$")) {
      if (++placeholders_ == 1) placeholder_ = size;
      return absl::OkStatus();
    }
    DYNARCH_ASSIGN_OR_RETURN(channel->capacity, reader_.Count(size));
    if (*channel->capacity >= channel->initial_tokens) return absl::OkStatus();
    return reader_.ErrorAt(
        size,
        absl::StrCat("sz: channel '", channel->name, "' starts with ",
                     channel->initial_tokens, " tokens; its buffer holds only ",
                     *channel->capacity));
  }

  void WarnOfPlaceholders() {
    if (placeholders_ == 0) return;
    reader_.Warn(placeholder_, absl::StrCat(placeholders_,
                                            " buffer sizes are placeholders "
                                            "like '",
                                            placeholder_.value(),
                                            "'; their channels are unbounded"));
  }

  void WarnOfUnusedPorts() {
    for (size_t i = 0; i < actors_.size(); ++i) {
      for (const Port& port : actors_[i].ports) {
        if (port.used) continue;
        reader_.Warn(port.node,
                     absl::StrCat("port '", port.node.attribute("name").value(),
                                  "' of actor '", actor_names_.name(i),
                                  "' is at no channel; it has no effect"));
      }
    }
  }

  ElementReader& reader_;
  const bool cyclic_;
  std::vector<Position>* const channels_;  // Their places.
  Graph result_;
  NameTable actor_names_{"actor"};
  NameTable channel_names_{"channel"};
  std::vector<OpenActor> actors_;
  std::vector<bool> has_properties_;  // By channel.
  int placeholders_ = 0;              // Buffer sizes like $B1; the first.
  pugi::xml_attribute placeholder_;
};

}  // namespace

absl::StatusOr<Graph> ReadStaticGraph(ElementReader& reader,
                                      pugi::xml_node root,
                                      const std::string& type,
                                      std::vector<Position>* channels) {
  const std::string properties_name = absl::StrCat(type, "Properties");
  DYNARCH_RETURN_IF_ERROR(reader.CheckChildren(
      root, {"applicationGraph"},
      {"architectureGraph", "systemUsage", "settings", "messagesSet"}));
  DYNARCH_ASSIGN_OR_RETURN(const pugi::xml_node application,
                           reader.OneChild(root, "applicationGraph"));
  DYNARCH_RETURN_IF_ERROR(
      reader.CheckAttributes(application, {"name", "version"}));
  const std::string other = type == "sdf" ? "csdf" : "sdf";
  if (const pugi::xml_node wrong = application.child(other.c_str())) {
    return reader.ErrorAt(
        wrong, absl::StrCat("<", other, "> in a file of type '", type,
                            "'; make the type of <sdf3> '", other, "'"));
  }
  DYNARCH_RETURN_IF_ERROR(reader.CheckChildren(
      application, {type.c_str(), properties_name.c_str()}));
  DYNARCH_ASSIGN_OR_RETURN(const pugi::xml_node graph,
                           reader.OneChild(application, type.c_str()));
  DYNARCH_ASSIGN_OR_RETURN(
      const pugi::xml_node properties,
      reader.AtMostOneChild(application, properties_name.c_str()));
  if (properties) {
    DYNARCH_RETURN_IF_ERROR(reader.CheckChildren(
        properties, {"actorProperties", "channelProperties"},
        {"graphProperties"}));
  }
  DYNARCH_ASSIGN_OR_RETURN(
      Graph result,
      StaticReader(reader, type == "csdf", channels).Read(graph, properties));
  const absl::Status sound = dataflow::Check(result);
  if (!sound.ok()) return reader.ErrorAt(graph, sound.message());
  return result;
}

}  // namespace dynarch::io

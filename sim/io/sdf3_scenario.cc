// Scenario-aware (SADF) graphs of an SDF3 file.
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sim/base/status_macros.h"
#include "sim/io/sdf3_parts.h"

namespace dynarch::io {
namespace {

using dataflow::MarkovChain;
using dataflow::Rational;
using dataflow::SadfChannel;
using dataflow::SadfControl;
using dataflow::SadfProcess;
using dataflow::SadfProfile;
using dataflow::SadfRate;
using dataflow::SadfScenario;
using dataflow::SadfState;
using dataflow::SadfTransition;
using dataflow::ScenarioAwareGraph;

// Largest graph that is read: published ones have some 30 processes, and the
// checks of sim/dataflow compare names pair by pair.
constexpr int kMaxProcesses = 4096;
constexpr int kMaxChannels = 8192;
constexpr int kMaxStates = 4096;        // Of one chain.
constexpr int64_t kMaxParts = 1 << 18;  // Rates, profiles, transitions.

class ScenarioReader {
 public:
  explicit ScenarioReader(ElementReader& reader) : reader_(reader) {}

  absl::StatusOr<ScenarioAwareGraph> Read(pugi::xml_node graph) {
    DYNARCH_RETURN_IF_ERROR(reader_.CheckAttributes(graph, {"name"}));
    DYNARCH_RETURN_IF_ERROR(
        reader_.CheckChildren(graph, {"structure", "properties"}));
    DYNARCH_ASSIGN_OR_RETURN(result_.name, reader_.Name(graph));
    DYNARCH_ASSIGN_OR_RETURN(const pugi::xml_node structure,
                             reader_.OneChild(graph, "structure"));
    DYNARCH_RETURN_IF_ERROR(ReadStructure(structure));
    DYNARCH_ASSIGN_OR_RETURN(const pugi::xml_node properties,
                             reader_.OneChild(graph, "properties"));
    DYNARCH_RETURN_IF_ERROR(ReadProperties(properties));
    for (size_t i = 0; i < process_nodes_.size(); ++i) {
      if (described_[i]) continue;
      const char* kind = process_nodes_[i].name();
      return reader_.ErrorAt(
          process_nodes_[i],
          absl::StrCat(kind, " '", process_names_.name(i), "' has no <", kind,
                       "_properties ", kind, "=...>; it needs scenarios"));
    }
    return std::move(result_);
  }

 private:
  absl::Status AtMost(pugi::xml_node node, int64_t count, int64_t limit,
                      absl::string_view what) const {
    if (count <= limit) return absl::OkStatus();
    return reader_.ErrorAt(node, absl::StrCat("more than ", limit, " ", what,
                                              "; no more are "
                                              "read"));
  }

  // Counts a rate, profile or transition.
  absl::Status CountPart(pugi::xml_node node) {
    return AtMost(node, ++parts_, kMaxParts, "rates, profiles and transitions");
  }

  absl::Status ReadStructure(pugi::xml_node structure) {
    DYNARCH_RETURN_IF_ERROR(
        reader_.CheckChildren(structure, {"kernel", "detector", "channel"}));
    for (const pugi::xml_node node : structure.children()) {
      const absl::string_view kind = node.name();
      if (kind != "kernel" && kind != "detector") continue;
      DYNARCH_RETURN_IF_ERROR(reader_.CheckAttributes(node, {"name"}));
      SadfProcess process;
      DYNARCH_ASSIGN_OR_RETURN(process.name, reader_.Name(node));
      DYNARCH_RETURN_IF_ERROR(process_names_.Add(reader_, node, process.name));
      DYNARCH_RETURN_IF_ERROR(
          AtMost(node, process_names_.size(), kMaxProcesses, "processes"));
      process.detector = kind == "detector";
      result_.processes.push_back(std::move(process));
      process_nodes_.push_back(node);
      described_.push_back(false);
    }
    for (const pugi::xml_node node : structure.children("channel")) {
      DYNARCH_RETURN_IF_ERROR(ReadChannel(node));
    }
    return absl::OkStatus();
  }

  absl::Status ReadChannel(pugi::xml_node node) {
    DYNARCH_RETURN_IF_ERROR(reader_.CheckAttributes(
        node, {"name", "source", "destination", "type"}));
    SadfChannel channel;
    DYNARCH_ASSIGN_OR_RETURN(channel.name, reader_.Name(node));
    DYNARCH_RETURN_IF_ERROR(channel_names_.Add(reader_, node, channel.name));
    DYNARCH_RETURN_IF_ERROR(
        AtMost(node, channel_names_.size(), kMaxChannels, "channels"));
    DYNARCH_ASSIGN_OR_RETURN(const auto source,
                             reader_.Required(node, "source"));
    DYNARCH_ASSIGN_OR_RETURN(const int from,
                             process_names_.Find(reader_, source));
    channel.source = source.value();
    DYNARCH_ASSIGN_OR_RETURN(const auto destination,
                             reader_.Required(node, "destination"));
    DYNARCH_RETURN_IF_ERROR(process_names_.Find(reader_, destination).status());
    channel.destination = destination.value();
    DYNARCH_ASSIGN_OR_RETURN(const auto type, reader_.Required(node, "type"));
    const absl::string_view kind = type.value();
    if (kind != "data" && kind != "control") {
      return reader_.ErrorAt(
          type, absl::StrCat("type: got '", kind, "'; allowed: data, control"));
    }
    channel.control = kind == "control";
    if (channel.control && !result_.processes[from].detector) {
      return reader_.ErrorAt(
          source, absl::StrCat("source: control channel '", channel.name,
                               "' begins at kernel '", channel.source,
                               "'; only a detector sends control tokens"));
    }
    result_.channels.push_back(std::move(channel));
    channel_described_.push_back(false);
    return absl::OkStatus();
  }

  absl::Status ReadProperties(pugi::xml_node properties) {
    DYNARCH_RETURN_IF_ERROR(reader_.CheckChildren(
        properties,
        {"kernel_properties", "detector_properties", "channel_properties"}));
    for (const pugi::xml_node node : properties.children()) {
      const absl::string_view kind = node.name();
      if (kind == "kernel_properties") {
        DYNARCH_RETURN_IF_ERROR(ReadProcess(node, false));
      } else if (kind == "detector_properties") {
        DYNARCH_RETURN_IF_ERROR(ReadProcess(node, true));
      } else if (kind == "channel_properties") {
        DYNARCH_RETURN_IF_ERROR(ReadChannelProperties(node));
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadProcess(pugi::xml_node node, bool detector) {
    const char* kind = detector ? "detector" : "kernel";
    DYNARCH_RETURN_IF_ERROR(reader_.CheckAttributes(node, {kind}));
    DYNARCH_ASSIGN_OR_RETURN(const auto name, reader_.Required(node, kind));
    DYNARCH_ASSIGN_OR_RETURN(const int index,
                             process_names_.Find(reader_, name));
    SadfProcess& process = result_.processes[index];
    if (process.detector != detector) {
      return reader_.ErrorAt(
          name, absl::StrCat("'", process.name, "' is a ",
                             process.detector ? "detector" : "kernel", "; <",
                             node.name(), "> describes a ", kind));
    }
    if (described_[index]) {
      return reader_.ErrorAt(
          node, absl::StrCat("a second <", node.name(), "> of '", process.name,
                             "'; one is allowed"));
    }
    described_[index] = true;
    return detector ? ReadDetector(node, &process) : ReadKernel(node, &process);
  }

  absl::Status ReadKernel(pugi::xml_node node, SadfProcess* process) {
    DYNARCH_RETURN_IF_ERROR(reader_.CheckChildren(node, {"scenario"}));
    NameTable names("scenario");
    for (const pugi::xml_node child : node.children("scenario")) {
      DYNARCH_RETURN_IF_ERROR(ReadScenario(child, &names, process));
    }
    if (names.size() > 0) return absl::OkStatus();
    return reader_.ErrorAt(
        node, absl::StrCat("kernel '", process->name, "' needs a <scenario>"));
  }

  absl::Status ReadDetector(pugi::xml_node node, SadfProcess* process) {
    DYNARCH_RETURN_IF_ERROR(reader_.CheckChildren(
        node, {"subscenario", "scenario", "markov_chain"}));
    NameTable names("subscenario");
    for (const pugi::xml_node child : node.children("subscenario")) {
      DYNARCH_RETURN_IF_ERROR(ReadScenario(child, &names, process));
    }
    // With several control inputs, a scenario says which values select it, and
    // a chain names its scenario.
    NameTable selected("scenario");
    std::vector<std::vector<SadfControl>> controls;
    for (const pugi::xml_node child : node.children("scenario")) {
      DYNARCH_ASSIGN_OR_RETURN(const std::string name, reader_.Name(child));
      DYNARCH_RETURN_IF_ERROR(selected.Add(reader_, child, name));
      DYNARCH_RETURN_IF_ERROR(reader_.CheckChildren(child, {"control"}));
      DYNARCH_ASSIGN_OR_RETURN(std::vector<SadfControl> values,
                               ReadControls(child, *process));
      controls.push_back(std::move(values));
    }
    for (const pugi::xml_node child : node.children("markov_chain")) {
      DYNARCH_ASSIGN_OR_RETURN(MarkovChain chain, ReadChain(child, names));
      if (selected.size() > 0) {
        DYNARCH_ASSIGN_OR_RETURN(const auto scenario,
                                 reader_.Required(child, "scenario"));
        DYNARCH_ASSIGN_OR_RETURN(const int index,
                                 selected.Find(reader_, scenario));
        chain.controls = controls[index];
      }
      process->chains.push_back(std::move(chain));
    }
    if (!process->chains.empty()) return absl::OkStatus();
    return reader_.ErrorAt(node, absl::StrCat("detector '", process->name,
                                              "' needs a <markov_chain>"));
  }

  absl::Status ReadScenario(pugi::xml_node node, NameTable* names,
                            SadfProcess* process) {
    DYNARCH_RETURN_IF_ERROR(reader_.CheckAttributes(node, {"name"}));
    DYNARCH_RETURN_IF_ERROR(reader_.CheckChildren(
        node, {"consume", "produce", "profile", "control"}));
    SadfScenario scenario;
    DYNARCH_ASSIGN_OR_RETURN(scenario.name, reader_.Name(node));
    DYNARCH_RETURN_IF_ERROR(names->Add(reader_, node, scenario.name));
    DYNARCH_ASSIGN_OR_RETURN(scenario.controls, ReadControls(node, *process));
    for (const pugi::xml_node child : node.children("consume")) {
      DYNARCH_ASSIGN_OR_RETURN(SadfRate rate,
                               ReadRate(child, *process, /*writes=*/false));
      scenario.consume.push_back(std::move(rate));
    }
    for (const pugi::xml_node child : node.children("produce")) {
      DYNARCH_ASSIGN_OR_RETURN(SadfRate rate,
                               ReadRate(child, *process, /*writes=*/true));
      scenario.produce.push_back(std::move(rate));
    }
    for (const pugi::xml_node child : node.children("profile")) {
      DYNARCH_ASSIGN_OR_RETURN(SadfProfile profile, ReadProfile(child));
      scenario.profiles.push_back(std::move(profile));
    }
    process->scenarios.push_back(std::move(scenario));
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<SadfControl>> ReadControls(
      pugi::xml_node node, const SadfProcess& process) {
    std::vector<SadfControl> controls;
    for (const pugi::xml_node child : node.children("control")) {
      DYNARCH_RETURN_IF_ERROR(
          reader_.CheckAttributes(child, {"channel", "value"}));
      DYNARCH_ASSIGN_OR_RETURN(const SadfChannel* channel,
                               ChannelOf(child, process, /*writes=*/false));
      DYNARCH_ASSIGN_OR_RETURN(std::string value, reader_.Name(child, "value"));
      if (!channel->control) {
        return reader_.ErrorAt(
            child, absl::StrCat("channel '", channel->name,
                                "' carries data; only a control channel "
                                "selects a scenario"));
      }
      controls.push_back({channel->name, std::move(value)});
    }
    return controls;
  }

  // The channel that the attribute `channel` names, an output or input of
  // `process`.
  absl::StatusOr<const SadfChannel*> ChannelOf(pugi::xml_node node,
                                               const SadfProcess& process,
                                               bool writes) {
    DYNARCH_ASSIGN_OR_RETURN(const auto name,
                             reader_.Required(node, "channel"));
    DYNARCH_ASSIGN_OR_RETURN(const int index,
                             channel_names_.Find(reader_, name));
    const SadfChannel& channel = result_.channels[index];
    const std::string& end = writes ? channel.source : channel.destination;
    if (end == process.name) return &channel;
    return reader_.ErrorAt(
        name,
        absl::StrCat("channel '", channel.name, "' goes from '", channel.source,
                     "' to '", channel.destination, "'; '", process.name,
                     "' does not ", writes ? "write" : "read", " it"));
  }

  absl::StatusOr<SadfRate> ReadRate(pugi::xml_node node,
                                    const SadfProcess& process, bool writes) {
    DYNARCH_RETURN_IF_ERROR(
        reader_.CheckAttributes(node, {"channel", "tokens", "value"}));
    DYNARCH_ASSIGN_OR_RETURN(const SadfChannel* channel,
                             ChannelOf(node, process, writes));
    DYNARCH_RETURN_IF_ERROR(CountPart(node));
    SadfRate rate{.channel = channel->name};
    DYNARCH_ASSIGN_OR_RETURN(const auto tokens,
                             reader_.Required(node, "tokens"));
    DYNARCH_ASSIGN_OR_RETURN(rate.tokens, reader_.Count(tokens));
    if (const auto value = node.attribute("value")) {
      DYNARCH_ASSIGN_OR_RETURN(rate.value, reader_.NameIn(value));
      if (!channel->control || !writes) {
        return reader_.ErrorAt(
            value, absl::StrCat("value: only tokens written into a control "
                                "channel have one; channel '",
                                channel->name, "' is ",
                                channel->control ? "read here" : "for data"));
      }
    }
    return rate;
  }

  absl::StatusOr<SadfProfile> ReadProfile(pugi::xml_node node) {
    DYNARCH_RETURN_IF_ERROR(
        reader_.CheckAttributes(node, {"execution_time", "weight"}));
    DYNARCH_RETURN_IF_ERROR(CountPart(node));
    SadfProfile profile;
    DYNARCH_ASSIGN_OR_RETURN(const auto time,
                             reader_.Required(node, "execution_time"));
    DYNARCH_ASSIGN_OR_RETURN(profile.time, reader_.NonNegative(time));
    DYNARCH_ASSIGN_OR_RETURN(profile.weight, ReadWeight(node));
    return profile;
  }

  // 1 if none is given.
  absl::StatusOr<Rational> ReadWeight(pugi::xml_node node) {
    const pugi::xml_attribute attribute = node.attribute("weight");
    if (!attribute) return Rational(1);
    DYNARCH_ASSIGN_OR_RETURN(const Rational weight,
                             reader_.NonNegative(attribute));
    if (!weight.zero()) return weight;
    return reader_.ErrorAt(attribute,
                           "weight: got 0; a weight is > 0, leave out what "
                           "never happens");
  }

  absl::StatusOr<MarkovChain> ReadChain(pugi::xml_node node,
                                        const NameTable& subscenarios) {
    DYNARCH_RETURN_IF_ERROR(
        reader_.CheckAttributes(node, {"scenario", "initial_state"}));
    DYNARCH_RETURN_IF_ERROR(reader_.CheckChildren(node, {"state"}));
    MarkovChain chain;
    if (const auto scenario = node.attribute("scenario")) {
      DYNARCH_ASSIGN_OR_RETURN(chain.scenario, reader_.NameIn(scenario));
    }
    NameTable states("state");
    for (const pugi::xml_node child : node.children("state")) {
      DYNARCH_RETURN_IF_ERROR(
          reader_.CheckAttributes(child, {"name", "subscenario"}));
      DYNARCH_ASSIGN_OR_RETURN(const std::string name, reader_.Name(child));
      DYNARCH_RETURN_IF_ERROR(states.Add(reader_, child, name));
      DYNARCH_RETURN_IF_ERROR(
          AtMost(child, states.size(), kMaxStates, "states of one chain"));
    }
    DYNARCH_ASSIGN_OR_RETURN(const auto initial,
                             reader_.Required(node, "initial_state"));
    DYNARCH_RETURN_IF_ERROR(states.Find(reader_, initial).status());
    chain.initial_state = initial.value();
    for (const pugi::xml_node child : node.children("state")) {
      DYNARCH_ASSIGN_OR_RETURN(SadfState state,
                               ReadState(child, subscenarios, states));
      chain.states.push_back(std::move(state));
    }
    return chain;
  }

  absl::StatusOr<SadfState> ReadState(pugi::xml_node node,
                                      const NameTable& subscenarios,
                                      const NameTable& states) {
    DYNARCH_RETURN_IF_ERROR(reader_.CheckChildren(node, {"transition"}));
    SadfState state;
    state.name = node.attribute("name").value();
    DYNARCH_ASSIGN_OR_RETURN(const auto subscenario,
                             reader_.Required(node, "subscenario"));
    DYNARCH_RETURN_IF_ERROR(subscenarios.Find(reader_, subscenario).status());
    state.subscenario = subscenario.value();
    std::set<std::string> destinations;
    for (const pugi::xml_node child : node.children("transition")) {
      DYNARCH_RETURN_IF_ERROR(CountPart(child));
      DYNARCH_RETURN_IF_ERROR(
          reader_.CheckAttributes(child, {"destination", "weight"}));
      DYNARCH_ASSIGN_OR_RETURN(const auto destination,
                               reader_.Required(child, "destination"));
      DYNARCH_RETURN_IF_ERROR(states.Find(reader_, destination).status());
      if (!destinations.insert(destination.value()).second) {
        return reader_.ErrorAt(
            child, absl::StrCat("state '", state.name,
                                "' has a second transition to '",
                                destination.value(), "'; add their weights"));
      }
      SadfTransition transition{.destination = destination.value()};
      DYNARCH_ASSIGN_OR_RETURN(transition.weight, ReadWeight(child));
      state.transitions.push_back(std::move(transition));
    }
    if (!state.transitions.empty()) return state;
    return reader_.ErrorAt(node, absl::StrCat("state '", state.name,
                                              "' has no <transition>; a chain "
                                              "never ends"));
  }

  absl::Status ReadChannelProperties(pugi::xml_node node) {
    DYNARCH_RETURN_IF_ERROR(reader_.CheckAttributes(
        node, {"channel", "number_of_initial_tokens", "initial_tokens",
               "buffer_size", "token_size"}));
    DYNARCH_ASSIGN_OR_RETURN(const auto name,
                             reader_.Required(node, "channel"));
    DYNARCH_ASSIGN_OR_RETURN(const int index,
                             channel_names_.Find(reader_, name));
    SadfChannel& channel = result_.channels[index];
    if (channel_described_[index]) {
      return reader_.ErrorAt(
          node, absl::StrCat("a second <channel_properties> of '", channel.name,
                             "'; one is allowed"));
    }
    channel_described_[index] = true;
    if (const auto tokens = node.attribute("number_of_initial_tokens")) {
      if (channel.control) {
        return reader_.ErrorAt(tokens,
                               absl::StrCat("control channel '", channel.name,
                                            "': say what its tokens are, "
                                            "initial_tokens=\"2*S,T\""));
      }
      DYNARCH_ASSIGN_OR_RETURN(channel.initial_tokens, reader_.Count(tokens));
    }
    if (const auto tokens = node.attribute("initial_tokens")) {
      DYNARCH_RETURN_IF_ERROR(ReadInitialValues(tokens, &channel));
    }
    if (const auto size = node.attribute("buffer_size")) {
      DYNARCH_ASSIGN_OR_RETURN(channel.capacity, reader_.Count(size));
      if (*channel.capacity < channel.initial_tokens) {
        return reader_.ErrorAt(
            size,
            absl::StrCat("buffer_size: channel '", channel.name,
                         "' starts with ", channel.initial_tokens,
                         " tokens; its buffer holds only ", *channel.capacity));
      }
    }
    return absl::OkStatus();
  }

  // "2*S,T" on a control channel: S, S, T.
  absl::Status ReadInitialValues(pugi::xml_attribute attribute,
                                 SadfChannel* channel) {
    if (!channel->control) {
      return reader_.ErrorAt(
          attribute, absl::StrCat("initial_tokens: channel '", channel->name,
                                  "' carries data; say how many, "
                                  "number_of_initial_tokens"));
    }
    for (absl::string_view text : absl::StrSplit(attribute.value(), ',')) {
      int64_t repeat = 1;
      const size_t star = text.find('*');
      bool sound = true;
      if (star != absl::string_view::npos) {
        sound = absl::SimpleAtoi(text.substr(0, star), &repeat) && repeat >= 1;
        text.remove_prefix(star + 1);
      }
      text = absl::StripAsciiWhitespace(text);
      if (!sound || repeat > kMaxPhases || !IsName(text)) {
        return reader_.ErrorAt(
            attribute, absl::StrCat("initial_tokens: allowed are names, each "
                                    "with its count (1 to ",
                                    kMaxPhases, ") if not 1, as in 2*S,T"));
      }
      // As many entries as 8-byte words.
      if (const absl::Status few = reader_.Take(repeat * (8 + text.size() / 8));
          !few.ok()) {
        return reader_.ErrorAt(attribute, few.message());
      }
      channel->initial_values.insert(channel->initial_values.end(), repeat,
                                     std::string(text));
      channel->initial_tokens += repeat;
    }
    return absl::OkStatus();
  }

  ElementReader& reader_;
  ScenarioAwareGraph result_;
  NameTable process_names_{"process"};
  NameTable channel_names_{"channel"};
  std::vector<pugi::xml_node> process_nodes_;
  int64_t parts_ = 0;
  std::vector<bool> described_;          // By process.
  std::vector<bool> channel_described_;  // By channel.
};

}  // namespace

absl::StatusOr<ScenarioAwareGraph> ReadScenarioAwareGraph(ElementReader& reader,
                                                          pugi::xml_node root) {
  DYNARCH_RETURN_IF_ERROR(reader.CheckChildren(root, {"sadf"}));
  DYNARCH_ASSIGN_OR_RETURN(const pugi::xml_node graph,
                           reader.OneChild(root, "sadf"));
  DYNARCH_ASSIGN_OR_RETURN(ScenarioAwareGraph result,
                           ScenarioReader(reader).Read(graph));
  const absl::Status sound = dataflow::Check(result);
  if (!sound.ok()) return reader.ErrorAt(graph, sound.message());
  return result;
}

}  // namespace dynarch::io

#include "sim/io/sdf3_writer.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sim/base/decimal.h"
#include "sim/base/status_macros.h"
#include "sim/io/sdf3_element.h"
#include "sim/io/text_check.h"

namespace dynarch::io {
namespace {

using dataflow::Actor;
using dataflow::BigInt;
using dataflow::Channel;
using dataflow::Graph;
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

// Digits of a numerator or denominator that the reader takes.
constexpr size_t kMaxDigits = 400;
constexpr int kMaxExponent = 400;

// m x 10^e for a value that a decimal says exactly.
std::optional<Decimal> AsDecimal(const Rational& value) {
  BigInt mantissa = value.numerator();
  BigInt rest = value.denominator();
  int exponent = 0;
  while (rest != 1 && exponent > -kMaxExponent) {
    const bool two = rest % 2 == 0;
    const bool five = rest % 5 == 0;
    if (!two && !five) return std::nullopt;
    if (two) rest /= 2;
    if (five) rest /= 5;
    mantissa *= two && five ? 1 : two ? 5 : 2;
    --exponent;
  }
  while (mantissa != 0 && mantissa % 10 == 0) {
    mantissa /= 10;
    ++exponent;
  }
  const auto small = dataflow::ToInt64(mantissa);
  if (rest != 1 || !small.has_value()) return std::nullopt;
  const auto decimal = Decimal::Of(*small, exponent);
  return decimal.ok() ? std::optional<Decimal>(*decimal) : std::nullopt;
}

absl::StatusOr<std::string> NumberText(const Rational& value) {
  if (const auto decimal = AsDecimal(value)) return decimal->ToString();
  std::string text = value.ToString();
  if (text.size() <= kMaxDigits) return text;
  return absl::InvalidArgumentError(absl::StrCat("a number of ", text.size(),
                                                 " digits; at most ",
                                                 kMaxDigits, " are written"));
}

// XML text under construction: elements, each on a line of its own.
class XmlText {
 public:
  XmlText() : text_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

  // Begins an element; its attributes follow.
  void Open(absl::string_view name) {
    Settle();
    absl::StrAppend(&text_, std::string(2 * open_.size(), ' '), "<", name);
    open_.push_back(std::string(name));
    in_tag_ = true;
  }
  void Close() {
    const std::string name = std::move(open_.back());
    open_.pop_back();
    if (std::exchange(in_tag_, false)) {
      absl::StrAppend(&text_, "/>\n");
    } else {
      absl::StrAppend(&text_, std::string(2 * open_.size(), ' '), "</", name,
                      ">\n");
    }
  }
  void Plain(absl::string_view name, absl::string_view value) {
    absl::StrAppend(&text_, " ", name, "=\"", value, "\"");
  }
  void Count(absl::string_view name, int64_t value) {
    Plain(name, absl::StrCat(value));
  }
  // A name of the graph; what the reader would refuse is an error on writing.
  void Name(absl::string_view attribute, absl::string_view value) {
    if (!IsName(value) || !CheckText(value, "").ok()) {
      Fail(absl::StrCat("the ", attribute, " of a <", open_.back(),
                        ">: a name has 1 to ", kMaxNameBytes,
                        " bytes of UTF-8 without control characters"));
    }
    Escaped(attribute, value);
  }
  void Escaped(absl::string_view attribute, absl::string_view value) {
    absl::StrAppend(&text_, " ", attribute, "=\"");
    for (const char c : value) AppendEscaped(c);
    absl::StrAppend(&text_, "\"");
  }
  void Number(absl::string_view name, const Rational& value) {
    Plain(name, Text(value));
  }
  void Numbers(absl::string_view name, const std::vector<Rational>& values) {
    List(name, values, [this](const Rational& v) { return Text(v); });
  }
  void Counts(absl::string_view name, const std::vector<int64_t>& values) {
    List(name, values, [](int64_t value) { return absl::StrCat(value); });
  }
  void Fail(std::string message) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(std::move(message));
  }

  // The text, all elements closed, or the first failure.
  absl::StatusOr<std::string> Finish() {
    while (!open_.empty()) Close();
    if (!status_.ok()) return status_;
    return std::move(text_);
  }

 private:
  void Settle() {
    if (std::exchange(in_tag_, false)) absl::StrAppend(&text_, ">\n");
  }
  void AppendEscaped(char c) {
    switch (c) {
      case '&':
        return absl::StrAppend(&text_, "&amp;");
      case '<':
        return absl::StrAppend(&text_, "&lt;");
      case '>':
        return absl::StrAppend(&text_, "&gt;");
      case '"':
        return absl::StrAppend(&text_, "&quot;");
      default:
        text_.push_back(c);
    }
  }
  std::string Text(const Rational& value) {
    const auto text = NumberText(value);
    if (text.ok()) return *text;
    Fail(std::string(text.status().message()));
    return "";
  }
  template <typename T, typename ToText>
  void List(absl::string_view name, const std::vector<T>& values,
            const ToText& to_text) {
    entries_ += static_cast<int64_t>(values.size()) *
                (std::is_same_v<T, Rational> ? kTimeEntries : 1);
    if (static_cast<int64_t>(values.size()) > kMaxPhases ||
        entries_ > kMaxListEntries) {
      Fail(absl::StrCat("a list has at most ", kMaxPhases,
                        " entries, all together at most ", kMaxListEntries));
      return;
    }
    absl::StrAppend(&text_, " ", name, "=\"");
    absl::string_view comma = "";
    for (const T& value : values) {
      absl::StrAppend(&text_, std::exchange(comma, ","), to_text(value));
    }
    absl::StrAppend(&text_, "\"");
  }

  std::string text_;
  std::vector<std::string> open_;
  bool in_tag_ = false;
  int64_t entries_ = 0;
  absl::Status status_;
};

// --- sdf and csdf

// The end of a channel at an actor.
struct PortOf {
  int channel = 0;
  bool output = false;
};

std::vector<std::vector<PortOf>> PortsByActor(const Graph& graph) {
  std::vector<std::vector<PortOf>> ports(graph.actors.size());
  for (size_t i = 0; i < graph.channels.size(); ++i) {
    const Channel& channel = graph.channels[i];
    ports[channel.source].push_back({static_cast<int>(i), true});
    ports[channel.destination].push_back({static_cast<int>(i), false});
  }
  return ports;
}

// Ports are named by the channel's place in the file.
std::string PortName(int channel, bool output) {
  return absl::StrCat(output ? "out" : "in", channel + 1);
}

void WriteActor(const Graph& graph, const Actor& actor,
                const std::vector<PortOf>& ports, XmlText* xml) {
  xml->Open("actor");
  xml->Name("name", actor.name);
  xml->Name("type", actor.name);
  for (const PortOf& port : ports) {
    const Channel& channel = graph.channels[port.channel];
    xml->Open("port");
    xml->Plain("name", PortName(port.channel, port.output));
    xml->Plain("type", port.output ? "out" : "in");
    xml->Counts("rate", port.output ? channel.production : channel.consumption);
    xml->Close();
  }
  xml->Close();
}

void WriteChannel(const Graph& graph, int index, XmlText* xml) {
  const Channel& channel = graph.channels[index];
  xml->Open("channel");
  xml->Name("name", channel.name);
  xml->Name("srcActor", graph.actors[channel.source].name);
  xml->Plain("srcPort", PortName(index, true));
  xml->Name("dstActor", graph.actors[channel.destination].name);
  xml->Plain("dstPort", PortName(index, false));
  if (channel.initial_tokens > 0) {
    xml->Count("initialTokens", channel.initial_tokens);
  }
  xml->Close();
}

void WriteActorProperties(const Actor& actor, XmlText* xml) {
  xml->Open("actorProperties");
  xml->Name("actor", actor.name);
  xml->Open("processor");
  xml->Plain("type", "any");
  xml->Plain("default", "true");
  xml->Open("executionTime");
  xml->Numbers("time", actor.times);
  xml->Close();
  xml->Close();
  xml->Close();
}

void WriteChannelProperties(const Channel& channel, XmlText* xml) {
  if (channel.token_size == 1 && !channel.capacity.has_value()) return;
  xml->Open("channelProperties");
  xml->Name("channel", channel.name);
  if (channel.token_size != 1) {
    xml->Open("tokenSize");
    xml->Count("sz", channel.token_size);
    xml->Close();
  }
  if (channel.capacity.has_value()) {
    xml->Open("bufferSize");
    xml->Count("sz", *channel.capacity);
    xml->Close();
  }
  xml->Close();
}

void WriteStaticGraph(const Graph& graph, absl::string_view type,
                      XmlText* xml) {
  xml->Open("sdf3");
  xml->Plain("type", type);
  xml->Plain("version", "1.0");
  xml->Open("applicationGraph");
  xml->Name("name", graph.name);
  xml->Open(type);
  xml->Name("name", graph.name);
  xml->Name("type", graph.name);
  const auto ports = PortsByActor(graph);
  for (size_t i = 0; i < graph.actors.size(); ++i) {
    WriteActor(graph, graph.actors[i], ports[i], xml);
  }
  for (size_t i = 0; i < graph.channels.size(); ++i) {
    WriteChannel(graph, static_cast<int>(i), xml);
  }
  xml->Close();
  xml->Open(absl::StrCat(type, "Properties"));
  for (const Actor& actor : graph.actors) WriteActorProperties(actor, xml);
  for (const Channel& channel : graph.channels) {
    WriteChannelProperties(channel, xml);
  }
}

// --- sadf

void WriteControls(const std::vector<SadfControl>& controls, XmlText* xml) {
  for (const SadfControl& control : controls) {
    xml->Open("control");
    xml->Name("channel", control.channel);
    xml->Name("value", control.value);
    xml->Close();
  }
}

void WriteRate(const SadfRate& rate, absl::string_view element, XmlText* xml) {
  xml->Open(element);
  xml->Name("channel", rate.channel);
  xml->Count("tokens", rate.tokens);
  if (!rate.value.empty()) xml->Name("value", rate.value);
  xml->Close();
}

void WriteWeight(const Rational& weight, XmlText* xml) {
  if (weight != Rational(1)) xml->Number("weight", weight);
}

void WriteScenario(const SadfScenario& scenario, absl::string_view element,
                   XmlText* xml) {
  xml->Open(element);
  xml->Name("name", scenario.name);
  WriteControls(scenario.controls, xml);
  for (const SadfRate& rate : scenario.consume) {
    WriteRate(rate, "consume", xml);
  }
  for (const SadfRate& rate : scenario.produce) {
    WriteRate(rate, "produce", xml);
  }
  for (const SadfProfile& profile : scenario.profiles) {
    xml->Open("profile");
    xml->Number("execution_time", profile.time);
    WriteWeight(profile.weight, xml);
    xml->Close();
  }
  xml->Close();
}

void WriteChain(const MarkovChain& chain, XmlText* xml) {
  xml->Open("markov_chain");
  if (!chain.scenario.empty()) xml->Name("scenario", chain.scenario);
  xml->Name("initial_state", chain.initial_state);
  for (const SadfState& state : chain.states) {
    xml->Open("state");
    xml->Name("name", state.name);
    xml->Name("subscenario", state.subscenario);
    std::set<std::string> seen;
    for (const SadfTransition& transition : state.transitions) {
      if (!seen.insert(transition.destination).second) {
        xml->Fail(absl::StrCat("state '", state.name,
                               "': two transitions lead to '",
                               transition.destination, "'; add their weights"));
      }
      xml->Open("transition");
      xml->Name("destination", transition.destination);
      WriteWeight(transition.weight, xml);
      xml->Close();
    }
    xml->Close();
  }
  xml->Close();
}

// With several control inputs the format names what selects each chain.
void WriteChainScenarios(const SadfProcess& process, XmlText* xml) {
  const bool controlled =
      std::any_of(process.chains.begin(), process.chains.end(),
                  [](const MarkovChain& c) { return !c.controls.empty(); });
  if (!controlled) return;
  std::set<std::string> seen;
  for (const MarkovChain& chain : process.chains) {
    if (chain.scenario.empty() || !seen.insert(chain.scenario).second) {
      xml->Fail(absl::StrCat("detector '", process.name,
                             "': each chain needs a scenario name of its own"));
      return;
    }
    xml->Open("scenario");
    xml->Name("name", chain.scenario);
    WriteControls(chain.controls, xml);
    xml->Close();
  }
}

void WriteProcess(const SadfProcess& process, XmlText* xml) {
  const absl::string_view kind = process.detector ? "detector" : "kernel";
  xml->Open(absl::StrCat(kind, "_properties"));
  xml->Name(kind, process.name);
  for (const SadfScenario& scenario : process.scenarios) {
    WriteScenario(scenario, process.detector ? "subscenario" : "scenario", xml);
  }
  WriteChainScenarios(process, xml);
  for (const MarkovChain& chain : process.chains) WriteChain(chain, xml);
  xml->Close();
}

bool IsListable(absl::string_view value) {
  return IsName(value) && CheckText(value, "").ok() &&
         !absl::StrContains(value, ',') && !absl::StrContains(value, '*') &&
         absl::StripAsciiWhitespace(value) == value;
}

// "2*S,T" for S, S, T.
void WriteInitialValues(const SadfChannel& channel, XmlText* xml) {
  std::string list;
  const std::vector<std::string>& values = channel.initial_values;
  for (size_t i = 0, run = 0; i < values.size(); i += run) {
    if (!IsListable(values[i])) {
      xml->Fail(absl::StrCat("channel '", channel.name, "': initial value '",
                             values[i], "' cannot stand in a list"));
    }
    run = std::find_if(values.begin() + i, values.end(),
                       [&](const auto& v) { return v != values[i]; }) -
          (values.begin() + i);
    absl::StrAppend(&list, list.empty() ? "" : ",",
                    run > 1 ? absl::StrCat(run, "*") : "", values[i]);
  }
  xml->Escaped("initial_tokens", list);
}

void WriteChannelProperties(const SadfChannel& channel, XmlText* xml) {
  if (channel.initial_tokens == 0 && !channel.capacity.has_value()) return;
  xml->Open("channel_properties");
  xml->Name("channel", channel.name);
  if (channel.initial_tokens > 0 && channel.control) {
    WriteInitialValues(channel, xml);
  } else if (channel.initial_tokens > 0) {
    xml->Count("number_of_initial_tokens", channel.initial_tokens);
  }
  if (channel.capacity.has_value()) {
    xml->Count("buffer_size", *channel.capacity);
  }
  xml->Close();
}

void WriteStructure(const ScenarioAwareGraph& graph, XmlText* xml) {
  xml->Open("structure");
  for (const SadfProcess& process : graph.processes) {
    xml->Open(process.detector ? "detector" : "kernel");
    xml->Name("name", process.name);
    xml->Close();
  }
  for (const SadfChannel& channel : graph.channels) {
    xml->Open("channel");
    xml->Name("name", channel.name);
    xml->Name("source", channel.source);
    xml->Name("destination", channel.destination);
    xml->Plain("type", channel.control ? "control" : "data");
    xml->Close();
  }
  xml->Close();
}

}  // namespace

absl::StatusOr<std::string> WriteSdf3(const Graph& graph) {
  DYNARCH_RETURN_IF_ERROR(dataflow::Check(graph));
  const bool cyclic =
      std::any_of(graph.actors.begin(), graph.actors.end(),
                  [](const Actor& actor) { return actor.phases() > 1; });
  XmlText xml;
  WriteStaticGraph(graph, cyclic ? "csdf" : "sdf", &xml);
  return xml.Finish();
}

absl::StatusOr<std::string> WriteSdf3(const ScenarioAwareGraph& graph) {
  DYNARCH_RETURN_IF_ERROR(dataflow::Check(graph));
  XmlText xml;
  xml.Open("sdf3");
  xml.Plain("type", "sadf");
  xml.Plain("version", "1.0");
  xml.Plain("xmlns", "uri:sadf");
  xml.Open("sadf");
  xml.Name("name", graph.name);
  WriteStructure(graph, &xml);
  xml.Open("properties");
  for (const SadfProcess& process : graph.processes) {
    WriteProcess(process, &xml);
  }
  for (const SadfChannel& channel : graph.channels) {
    WriteChannelProperties(channel, &xml);
  }
  return xml.Finish();
}

}  // namespace dynarch::io

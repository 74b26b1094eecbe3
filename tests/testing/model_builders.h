// Small networks and platforms for tests, in few words.
#ifndef DYNARCH_TESTS_TESTING_MODEL_BUILDERS_H_
#define DYNARCH_TESTS_TESTING_MODEL_BUILDERS_H_

#include <string>
#include <utility>
#include <vector>

#include "sim/graph/network.h"
#include "sim/platform/platform.h"

namespace dynarch::testing {

// Builds NetworkParts by name:
//
//   NetworkBuilder net("tiny");
//   net.Input("x", {3, 8, 8});
//   net.Add("conv", graph::Conv2d{...}, {"x"});
//   net.Decide({.name = "skip1", .kind = graph::Decision::Kind::kSkip},
//   "gate"); net.Add("block", graph::Softmax{}, {"conv"}).When("skip1");
//   net.Exit("exit1", "softmax1");  // Or net.Output("fc").
//   auto network = graph::Network::Create(net.parts());
//
// An actor may name a later one; unknown names become actor number -1.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(std::string name) { parts_.name = std::move(name); }

  NetworkBuilder& Input(std::string name, graph::Shape shape) {
    parts_.inputs.push_back({std::move(name), std::move(shape), {}});
    return *this;
  }
  // A producer written "+name" is read over a channel with one initial token.
  NetworkBuilder& Add(std::string name, graph::Operator op,
                      std::vector<std::string> from) {
    graph::Actor actor;
    actor.name = std::move(name);
    actor.op = std::move(op);
    parts_.actors.push_back(std::move(actor));
    sources_.push_back(std::move(from));
    return *this;
  }
  NetworkBuilder& Exit(std::string name, std::string from,
                       graph::Signal signal = graph::Signal::kMaxProbability) {
    parts_.exits.push_back({std::move(name), 0, signal});
    exits_.push_back(std::move(from));
    return *this;
  }
  // The end of a network whose last decision is no exit.
  NetworkBuilder& Output(std::string from) {
    parts_.ends_in_output = true;
    return Exit("output", std::move(from));
  }
  // Without `from` the outcome is known beforehand.
  NetworkBuilder& Decide(graph::Decision decision, std::string from = "") {
    parts_.decisions.push_back(std::move(decision));
    deciders_.push_back(std::move(from));
    return *this;
  }
  NetworkBuilder& Rule(graph::ExitRule rule) {
    parts_.exit_rule = std::move(rule);
    return *this;
  }
  // The condition, the loop and an extent of the actor added last; expressions
  // must parse.
  NetworkBuilder& When(const std::string& text) {
    parts_.actors.back().when = *graph::OutcomeExpression::Parse(text);
    return *this;
  }
  NetworkBuilder& Times(const std::string& text) {
    parts_.actors.back().times = *graph::OutcomeExpression::Parse(text);
    return *this;
  }
  NetworkBuilder& Extent(graph::OperatorField field, const std::string& text,
                         int index = 0) {
    parts_.actors.back().extents.push_back(
        {field, index, *graph::OutcomeExpression::Parse(text)});
    return *this;
  }
  // An extent of the input added last.
  NetworkBuilder& InputExtent(int index, const std::string& text) {
    parts_.inputs.back().extents.push_back(
        {graph::OperatorField::kShape, index,
         *graph::OutcomeExpression::Parse(text)});
    return *this;
  }

  graph::NetworkParts parts() const {
    graph::NetworkParts parts = parts_;
    for (size_t i = 0; i < sources_.size(); ++i) {
      for (const std::string& source : sources_[i]) {
        const bool delayed = source[0] == '+';
        parts.actors[i].inputs.push_back(
            {Find(delayed ? source.substr(1) : source), delayed ? 1 : 0});
      }
    }
    for (size_t i = 0; i < exits_.size(); ++i) {
      parts.exits[i].from = Find(exits_[i]).index;
    }
    for (size_t i = 0; i < deciders_.size(); ++i) {
      if (deciders_[i].empty()) continue;
      parts.decisions[i].from = Find(deciders_[i]).index;
    }
    return parts;
  }

 private:
  graph::Endpoint Find(const std::string& name) const {
    for (size_t i = 0; i < parts_.inputs.size(); ++i) {
      if (parts_.inputs[i].name == name) return {true, static_cast<int>(i)};
    }
    for (size_t i = 0; i < parts_.actors.size(); ++i) {
      if (parts_.actors[i].name == name) return {false, static_cast<int>(i)};
    }
    return {false, -1};
  }

  graph::NetworkParts parts_;
  std::vector<std::vector<std::string>> sources_;
  std::vector<std::string> exits_;
  std::vector<std::string> deciders_;  // Empty: known beforehand.
};

// A domain at 1 V and 1 GHz with the active state alone.
inline platform::PowerDomain PlainDomain(std::string name) {
  platform::PowerDomain domain;
  domain.name = std::move(name);
  domain.reference_voltage = Microvolts(1'000'000);
  domain.reference_frequency = Hertz(1'000'000'000);
  domain.states.push_back({});
  return domain;
}

// 1 op per cycle of every data type, 1000 aJ (1 fJ) per op.
inline platform::Roofline PlainRoofline() {
  platform::Roofline roofline;
  for (int dtype = 0; dtype < 3; ++dtype) {
    roofline.rates.push_back({dtype, {1, 1}, platform::Attojoules(1000)});
  }
  roofline.shares.assign(4, {1, 1});
  return roofline;
}

// A platform of one cpu `cpu` (the host) at 1 GHz and 1 V on one 1 GiB memory
// `dram` of 4 B per cycle and 2 fJ per byte, one domain `soc`, one operating
// point `only`.
inline platform::PlatformParts PlainPlatform() {
  platform::PlatformParts parts;
  parts.name = "plain";
  parts.domains.push_back(PlainDomain("soc"));
  parts.memories.push_back(
      {"dram", Bytes(int64_t{1} << 30), 0, {4, 1}, platform::Attojoules(2000)});
  parts.elements.push_back(
      {"cpu", 0, 0, platform::Cpu{1, PlainRoofline()}, SquareMicrons(0)});
  parts.operating_points.push_back(
      {"only", {{Hertz(1'000'000'000), Microvolts(1'000'000)}}});
  return parts;
}

// Adds an element with a domain (and, if `own_memory`, a memory) of its own,
// at 1 GHz and 1 V. Returns its number.
inline int AddElement(platform::PlatformParts& parts, const std::string& name,
                      platform::ElementKind kind, bool own_memory) {
  const int domain = static_cast<int>(parts.domains.size());
  parts.domains.push_back(PlainDomain(name));
  for (platform::OperatingPoint& point : parts.operating_points) {
    point.domains.push_back({Hertz(1'000'000'000), Microvolts(1'000'000)});
  }
  int memory = 0;
  if (own_memory) {
    memory = static_cast<int>(parts.memories.size());
    parts.memories.push_back({name + "_memory",
                              Bytes(int64_t{1} << 30),
                              domain,
                              {4, 1},
                              platform::Attojoules(2000)});
  }
  parts.elements.push_back(
      {name, domain, memory, std::move(kind), SquareMicrons(0)});
  return static_cast<int>(parts.elements.size()) - 1;
}

}  // namespace dynarch::testing

#endif  // DYNARCH_TESTS_TESTING_MODEL_BUILDERS_H_

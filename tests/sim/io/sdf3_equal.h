// Where two dataflow graphs differ, field by field: for tests that write a
// graph and read it back. Also used by the fuzz target.
#ifndef DYNARCH_TESTS_SIM_IO_SDF3_EQUAL_H_
#define DYNARCH_TESTS_SIM_IO_SDF3_EQUAL_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/dataflow/graph.h"
#include "sim/dataflow/sadf.h"

namespace dynarch::io {

// A graph as text, every field in it: equal texts, equal graphs.
class Dump {
 public:
  Dump& operator<<(const std::string& text) {
    absl::StrAppend(&text_, text.size(), ":", text, " ");
    return *this;
  }
  Dump& operator<<(int64_t value) {
    absl::StrAppend(&text_, value, " ");
    return *this;
  }
  Dump& operator<<(const dataflow::Rational& value) {
    absl::StrAppend(&text_, value.ToString(), " ");
    return *this;
  }
  template <typename T>
  Dump& operator<<(const std::optional<T>& value) {
    return value.has_value() ? *this << 1 << *value : *this << 0;
  }
  template <typename T>
  Dump& operator<<(const std::vector<T>& values) {
    *this << static_cast<int64_t>(values.size());
    for (const T& value : values) *this << value;
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

inline Dump& operator<<(Dump& d, const dataflow::Actor& actor) {
  return d << actor.name << actor.times;
}
inline Dump& operator<<(Dump& d, const dataflow::Channel& c) {
  return d << c.name << c.source << c.destination << c.production
           << c.consumption << c.initial_tokens << c.capacity << c.token_size;
}
inline Dump& operator<<(Dump& d, const dataflow::Graph& graph) {
  return d << graph.name << graph.actors << graph.channels;
}
inline Dump& operator<<(Dump& d, const dataflow::SadfRate& rate) {
  return d << rate.channel << rate.tokens << rate.value;
}
inline Dump& operator<<(Dump& d, const dataflow::SadfControl& control) {
  return d << control.channel << control.value;
}
inline Dump& operator<<(Dump& d, const dataflow::SadfProfile& profile) {
  return d << profile.time << profile.weight;
}
inline Dump& operator<<(Dump& d, const dataflow::SadfScenario& s) {
  return d << s.name << s.controls << s.consume << s.produce << s.profiles;
}
inline Dump& operator<<(Dump& d, const dataflow::SadfTransition& t) {
  return d << t.destination << t.weight;
}
inline Dump& operator<<(Dump& d, const dataflow::SadfState& state) {
  return d << state.name << state.subscenario << state.transitions;
}
inline Dump& operator<<(Dump& d, const dataflow::MarkovChain& chain) {
  return d << chain.scenario << chain.controls << chain.initial_state
           << chain.states << chain.probabilities;
}
inline Dump& operator<<(Dump& d, const dataflow::SadfProcess& process) {
  return d << process.name << process.detector << process.scenarios
           << process.chains;
}
inline Dump& operator<<(Dump& d, const dataflow::SadfChannel& c) {
  return d << c.name << c.source << c.destination << c.control
           << c.initial_tokens << c.initial_values << c.capacity;
}
inline Dump& operator<<(Dump& d, const dataflow::ScenarioAwareGraph& graph) {
  return d << graph.name << graph.processes << graph.channels;
}

// Empty if equal; else what both are.
template <typename G>
std::string Difference(const G& a, const G& b) {
  Dump first;
  Dump second;
  first << a;
  second << b;
  if (first.text() == second.text()) return "";
  return absl::StrCat(first.text(), "\nis not\n", second.text());
}

}  // namespace dynarch::io

#endif  // DYNARCH_TESTS_SIM_IO_SDF3_EQUAL_H_

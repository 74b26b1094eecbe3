#include "tests/sim/dataflow/sadf_samples.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dynarch::dataflow {
namespace {

int64_t Between(RandomStream& random, int64_t least, int64_t most) {
  return least + static_cast<int64_t>(random.UniformBelow(most - least + 1));
}

std::vector<SadfProfile> RandomProfiles(RandomStream& random, int most,
                                        int64_t least_time) {
  std::vector<SadfProfile> profiles;
  const int64_t count = Between(random, 1, most);
  for (int64_t i = 0; i < count; ++i) {
    profiles.push_back({Rational(Between(random, least_time, 5)),
                        Rational(Between(random, 1, 3))});
  }
  return profiles;
}

MarkovChain RandomChain(RandomStream& random, int scenarios) {
  MarkovChain chain;
  chain.initial_state = "q0";
  const int64_t states = Between(random, scenarios, scenarios + 1);
  for (int64_t q = 0; q < states; ++q) {
    // A ring of all states, so that each is reached, and some more.
    SadfState state = {absl::StrCat("q", q),
                       absl::StrCat("s", q % scenarios),
                       {{absl::StrCat("q", (q + 1) % states),
                         Rational(Between(random, 1, 3))}}};
    for (int64_t to = 0; to < states; ++to) {
      if (to == (q + 1) % states || random.UniformBelow(2) == 0) continue;
      state.transitions.push_back(
          {absl::StrCat("q", to), Rational(Between(random, 1, 3))});
    }
    chain.states.push_back(std::move(state));
  }
  return chain;
}

}  // namespace

ScenarioAwareGraph OnDemand(Rational a_time, Rational b_time,
                            std::vector<SadfTransition> from_a,
                            std::vector<SadfTransition> from_b) {
  const auto send = [](const std::string& name) {
    return SadfScenario{
        .name = name, .consume = {{"done", 1}}, .produce = {{"do", 1}}};
  };
  const auto work = [](const std::string& name, const Rational& time) {
    return SadfScenario{
        .name = name, .produce = {{"done", 1}}, .profiles = {{time}}};
  };
  ScenarioAwareGraph graph;
  graph.name = "on_demand";
  graph.processes = {{.name = "K",
                      .detector = false,
                      .scenarios = {work("a", a_time), work("b", b_time)}},
                     {.name = "D",
                      .detector = true,
                      .scenarios = {send("a"), send("b")},
                      .chains = {{.initial_state = "a",
                                  .states = {{"a", "a", std::move(from_a)},
                                             {"b", "b", std::move(from_b)}}}}}};
  graph.channels = {
      {.name = "do", .source = "D", .destination = "K", .control = true},
      {.name = "done", .source = "K", .destination = "D", .initial_tokens = 1}};
  return graph;
}

ScenarioAwareGraph FairCoin(Rational a_time, Rational b_time) {
  return OnDemand(std::move(a_time), std::move(b_time), {{"a"}, {"b"}},
                  {{"a"}, {"b"}});
}

SadfProcess PlainKernel(const std::string& name, std::vector<SadfRate> consume,
                        std::vector<SadfRate> produce,
                        std::vector<SadfProfile> profiles) {
  return {.name = name,
          .detector = false,
          .scenarios = {{.name = "default",
                         .consume = std::move(consume),
                         .produce = std::move(produce),
                         .profiles = std::move(profiles)}}};
}

ScenarioAwareGraph RandomRing(RandomStream& random, int most_profiles) {
  const int kernels = static_cast<int>(Between(random, 1, 3));
  const int scenarios = static_cast<int>(Between(random, 1, 3));
  ScenarioAwareGraph graph;
  graph.name = "ring";
  // Process 0 is the detector. Data channel p leads from p to p + 1.
  graph.processes.push_back({.name = "D",
                             .detector = true,
                             .scenarios = {},
                             .chains = {RandomChain(random, scenarios)}});
  for (int k = 1; k <= kernels; ++k) {
    graph.processes.emplace_back().name = absl::StrCat("K", k);
    graph.channels.push_back({.name = absl::StrCat("c", k),
                              .source = "D",
                              .destination = absl::StrCat("K", k),
                              .control = true});
  }
  for (int p = 0; p <= kernels; ++p) {
    graph.channels.push_back(
        {.name = absl::StrCat("d", p),
         .source = graph.processes[p].name,
         .destination = graph.processes[(p + 1) % (kernels + 1)].name});
  }
  int64_t back_tokens = 0;
  std::vector<int64_t> most_total(kernels + 1, 0);
  for (int s = 0; s < scenarios; ++s) {
    std::vector<int64_t> firings = {1};
    for (int k = 1; k <= kernels; ++k) firings.push_back(Between(random, 1, 3));
    for (int p = 0; p <= kernels; ++p) {
      SadfScenario scenario = {.name = absl::StrCat("s", s)};
      scenario.profiles = RandomProfiles(random, most_profiles, p == 0 ? 0 : 1);
      graph.processes[p].scenarios.push_back(std::move(scenario));
    }
    for (int p = 0; p <= kernels; ++p) {
      const int next = (p + 1) % (kernels + 1);
      const int64_t shared = std::gcd(firings[p], firings[next]);
      const int64_t times = Between(random, 1, 2);
      const std::string channel = absl::StrCat("d", p);
      graph.processes[p].scenarios[s].produce.push_back(
          {channel, times * firings[next] / shared});
      graph.processes[next].scenarios[s].consume.push_back(
          {channel, times * firings[p] / shared});
      const int64_t total = times * firings[p] * firings[next] / shared;
      most_total[p] = std::max(most_total[p], total);
      if (next == 0) back_tokens = std::max(back_tokens, total);
    }
    for (int k = 1; k <= kernels; ++k) {
      graph.processes[0].scenarios[s].produce.push_back(
          {absl::StrCat("c", k), firings[k]});
    }
  }
  graph.channels.back().initial_tokens = back_tokens * Between(random, 1, 2);
  if (random.UniformBelow(3) == 0) {
    graph.channels[kernels].capacity = 2 * most_total[0];
  }
  return graph;
}

namespace {

// Each state is reached from the one before; other transitions, also back, at
// random; without any, the state is never left.
MarkovChain RandomForwardChain(RandomStream& random) {
  MarkovChain chain;
  chain.initial_state = "q0";
  const int64_t states = Between(random, 1, 3);
  for (int64_t q = 0; q < states; ++q) {
    SadfState state = {absl::StrCat("q", q), q % 2 == 0 ? "s" : "t", {}};
    for (int64_t to = 0; to < states; ++to) {
      if (to != q + 1 && random.UniformBelow(3) != 0) continue;
      state.transitions.push_back(
          {absl::StrCat("q", to), Rational(Between(random, 1, 3))});
    }
    if (state.transitions.empty()) state.transitions = {{state.name}};
    chain.states.push_back(std::move(state));
  }
  return chain;
}

// Only the sub-scenarios that some state has.
void KeepUsed(SadfProcess& detector) {
  std::erase_if(detector.scenarios, [&](const SadfScenario& scenario) {
    for (const MarkovChain& chain : detector.chains) {
      for (const SadfState& state : chain.states) {
        if (state.subscenario == scenario.name) return false;
      }
    }
    return true;
  });
}

}  // namespace

ScenarioAwareGraph RandomNested(RandomStream& random) {
  ScenarioAwareGraph graph;
  graph.name = "nested";
  graph.processes.resize(3);
  SadfProcess& outer = graph.processes[0];
  SadfProcess& inner = graph.processes[1];
  SadfProcess& kernel = graph.processes[2];
  outer.name = "outer";
  inner.name = "inner";
  kernel.name = "kernel";
  outer.detector = inner.detector = true;
  outer.chains = {RandomForwardChain(random)};
  for (const char* name : {"s", "t"}) {
    const int64_t turns = Between(random, 1, 2);
    outer.scenarios.push_back({.name = name,
                               .consume = {{"done", turns}},
                               .produce = {{"mode", turns}},
                               .profiles = RandomProfiles(random, 1, 0)});
    inner.scenarios.push_back({.name = name,
                               .produce = {{"do", 1}},
                               .profiles = RandomProfiles(random, 1, 0)});
    kernel.scenarios.push_back({.name = name,
                                .produce = {{"done", 1}},
                                .profiles = RandomProfiles(random, 2, 1)});
    MarkovChain chain = RandomForwardChain(random);
    chain.scenario = name;
    inner.chains.push_back(std::move(chain));
  }
  KeepUsed(outer);
  KeepUsed(inner);
  graph.channels = {{.name = "mode",
                     .source = "outer",
                     .destination = "inner",
                     .control = true},
                    {.name = "do",
                     .source = "inner",
                     .destination = "kernel",
                     .control = true},
                    {.name = "done",
                     .source = "kernel",
                     .destination = "outer",
                     .initial_tokens = Between(random, 2, 4)}};
  return graph;
}

}  // namespace dynarch::dataflow

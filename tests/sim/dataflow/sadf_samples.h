// Small scenario-aware graphs whose results are known by hand.
#ifndef DYNARCH_TESTS_SIM_DATAFLOW_SADF_SAMPLES_H_
#define DYNARCH_TESTS_SIM_DATAFLOW_SADF_SAMPLES_H_

#include <string>
#include <vector>

#include "sim/base/random.h"
#include "sim/dataflow/sadf.h"

namespace dynarch::dataflow {

// A kernel K that does what a detector D tells it, one firing at a time: D
// (takes no time) sends K the name of its sub-scenario, K ends after that
// scenario's time and wakes D. Scenarios "a" and "b"; the chain has a state of
// the same name for each. A turn of the loop takes the time of its scenario.
ScenarioAwareGraph OnDemand(Rational a_time, Rational b_time,
                            std::vector<SadfTransition> from_a,
                            std::vector<SadfTransition> from_b);

// The same with as likely an "a" as a "b" after each.
ScenarioAwareGraph FairCoin(Rational a_time, Rational b_time);

// A kernel without control and its only scenario.
SadfProcess PlainKernel(const std::string& name, std::vector<SadfRate> consume,
                        std::vector<SadfRate> produce,
                        std::vector<SadfProfile> profiles);

// A random strongly consistent graph: one detector, 1 to 3 kernels in a ring
// with it, 1 to 3 sub-scenarios, each with its own numbers of firings, rates
// and times (up to `most_profiles` of them), a random chain, enough initial
// tokens for 1 or 2 iterations at once, sometimes a bounded channel.
ScenarioAwareGraph RandomRing(RandomStream& random, int most_profiles);

// A random graph of two detectors, the first of which chooses between chains of
// the second, which tells a kernel what to do. The chains have up to three
// states and may end in one of several that are never left.
ScenarioAwareGraph RandomNested(RandomStream& random);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_TESTS_SIM_DATAFLOW_SADF_SAMPLES_H_

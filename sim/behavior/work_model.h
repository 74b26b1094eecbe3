// Multiply-accumulates of scenarios, many of them fast. Internal to
// sim/behavior.
#ifndef DYNARCH_SIM_BEHAVIOR_WORK_MODEL_H_
#define DYNARCH_SIM_BEHAVIOR_WORK_MODEL_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "sim/behavior/rule.h"
#include "sim/graph/network.h"

namespace dynarch::behavior {

// Counts MACs of (outcomes, exit taken). Actors whose work depends on the same
// decisions are counted together, and once for each of those decisions'
// outcomes; so a network of a hundred gates needs a hundred counts for 2^100
// scenarios.
class WorkModel {
 public:
  // `network` outlives the model. Under `policy` the actors that are computed
  // when exit e is taken are those that it or an exit looked at before needs: a
  // `never` exit is not, and with a predicted exit only the one that predicts.
  WorkModel(const graph::Network& network, const ExitPolicy& policy);

  // MACs by exit that is taken, under canonical outcomes. InvalidArgument from
  // graph::ScenarioGraph.
  absl::StatusOr<std::vector<int64_t>> MacsByExit(
      const graph::Outcomes& outcomes);

  // The most that any outcomes give when exit `exit` is taken; absent if
  // decisions that meet in one group have more than `limit` outcomes together.
  // Combinations that cannot be are left out.
  absl::StatusOr<std::optional<int64_t>> MostMacs(int exit, int64_t limit);

 private:
  struct Group {
    std::vector<int> decisions;  // Ascending.
    std::vector<int> columns;    // Of outcomes: where those decisions' lie.
    std::vector<int> actors;
    // MACs by exit, of those outcomes that came so far: by the number itself if
    // there is one small column, else by all of them.
    std::vector<std::vector<int64_t>> by_number;
    absl::flat_hash_map<graph::Outcomes, std::vector<int64_t>> by_outcomes;
  };
  using Decisions = std::vector<int>;  // Ascending.
  void MakeGroups();
  std::vector<Decisions> ShapedBy(int actor) const;
  std::vector<Decisions> InputShapedBy(const graph::Channel& channel) const;
  std::vector<int> DecisionsOf(int actor) const;
  // Where a group's count is; empty if it has not been counted yet.
  static std::vector<int64_t>& PlaceOf(Group& group,
                                       const graph::Outcomes& outcomes);
  absl::Status Count(const graph::Outcomes& outcomes);

  const graph::Network& network_;
  std::vector<uint64_t> computed_;  // By exit taken: exits looked at, bits.
  // By actor, by axis: decisions that its shape depends on.
  std::vector<std::vector<Decisions>> shaped_by_;
  std::vector<Group> groups_;
};

}  // namespace dynarch::behavior

#endif  // DYNARCH_SIM_BEHAVIOR_WORK_MODEL_H_

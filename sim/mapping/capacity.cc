#include "sim/mapping/capacity.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "sim/base/quantity_parse.h"
#include "sim/base/reason.h"
#include "sim/base/status_macros.h"
#include "sim/mapping/location.h"

namespace dynarch::mapping {
namespace {

// Steps are the firings of all stages, one after the other.
struct Lifetime {
  int first = 0;
  int last = 0;
  int64_t bytes = 0;
};

class Lifetimes {
 public:
  Lifetimes(const graph::Network& network, const graph::ScenarioGraph& graph,
            const platform::Platform& platform, const StageElements& stages,
            graph::DataType dtype)
      : network_(network),
        graph_(graph),
        platform_(platform),
        stages_(stages),
        dtype_(dtype),
        step_of_(network.actors().size()),
        end_of_(network.actors().size()) {
    for (const std::vector<int>& actors : ActorsByStage(network)) {
      stage_begin_.push_back(steps_);
      for (size_t next = 0; next < actors.size();) {
        const size_t end = LoopEnd(network, actors, next);
        const int last = steps_ + static_cast<int>(end - next) - 1;
        for (; next < end; ++next) {
          step_of_[actors[next]] = steps_++;
          end_of_[actors[next]] = last;
        }
      }
    }
    stage_begin_.push_back(steps_);
  }

  // The most bytes that live at once, by memory.
  std::vector<int64_t> Peaks() {
    for (size_t i = 0; i < network_.inputs().size(); ++i) {
      const graph::Endpoint input = {.is_input = true,
                                     .index = static_cast<int>(i)};
      Produce(input, 0, graph_.token_elements(input));
    }
    for (const int actor : network_.order()) {
      if (!graph_.fires(actor) || graph_.work(actor).moves_nothing) continue;
      const graph::Endpoint output = {.is_input = false, .index = actor};
      Produce(output, step_of_[actor], graph_.token_elements(output));
    }
    for (const int actor : network_.order()) {
      if (!graph_.fires(actor)) continue;
      for (const graph::Channel& channel : network_.actors()[actor].inputs) {
        if (graph_.present(channel)) Read(channel, actor);
      }
    }
    FetchDecisions();
    KeepProbabilities();
    return SumUp();
  }

 private:
  using Key = std::tuple<int, bool, int>;  // Memory, then the tensor.

  int MemoryOf(int element) const {
    return platform_.elements()[element].memory;
  }
  Lifetime& At(int memory, const graph::Endpoint& origin) {
    return tensors_[{memory, origin.is_input, origin.index}];
  }
  int HomeMemory(const graph::Endpoint& origin) const {
    return MemoryOf(HomeOf(network_, platform_, stages_, origin));
  }

  void Produce(const graph::Endpoint& origin, int step, int64_t elements) {
    At(HomeMemory(origin), origin) = {
        step, step, elements * graph::BytesPerElement(dtype_)};
  }

  // Its copy in another memory.
  void Copy(int memory, const graph::Endpoint& origin, int64_t bytes, int first,
            int last) {
    Lifetime& copy = At(memory, origin);
    if (copy.bytes == 0) copy = {first, last, bytes};
    copy.first = std::min(copy.first, first);
    copy.last = std::max(copy.last, last);
  }

  void Read(const graph::Channel& channel, int actor) {
    const graph::Endpoint origin = OriginOf(network_, graph_, channel);
    const int64_t bytes =
        ElementsOf(network_, graph_, channel) * graph::BytesPerElement(dtype_);
    const int end = end_of_[actor];
    const int stage = network_.stage_of(actor);
    const int home = HomeMemory(origin);
    Lifetime& original = At(home, origin);
    original.last = std::max(original.last, end);
    if (channel.initial_tokens > 0) {
      // Of an earlier inference, and perhaps not made in this one.
      original = {0, steps_ - 1, std::max(original.bytes, bytes)};
    }
    const int here = MemoryOf(stages_[stage]);
    if (here != home) Copy(here, origin, bytes, stage_begin_[stage], end);
  }

  // What inner decisions read goes to the host.
  void FetchDecisions() {
    const int host = MemoryOf(platform_.host());
    for (const graph::Decision& decision : network_.decisions()) {
      if (!decision.from.has_value() || !graph_.fires(*decision.from)) continue;
      const graph::Endpoint from = {.is_input = false, .index = *decision.from};
      const graph::Endpoint origin = graph_.origin(from);
      const int step = step_of_[from.index];
      const int home = HomeMemory(origin);
      Lifetime& original = At(home, origin);
      original.last = std::max(original.last, step);
      if (host == home || OnTable({home, origin.is_input, origin.index})) {
        continue;
      }
      Copy(host, origin,
           graph_.token_elements(from) * graph::BytesPerElement(dtype_), step,
           step);
    }
  }

  void KeepProbabilities() {
    for (size_t exit = 0; exit < stages_.size(); ++exit) {
      const int from = network_.exits()[exit].from;
      if (!graph_.fires(from)) continue;
      const graph::Endpoint origin =
          graph_.origin({.is_input = false, .index = from});
      Lifetime& tensor = At(HomeMemory(origin), origin);
      tensor.last = std::max(tensor.last, stage_begin_[exit + 1] - 1);
    }
  }

  std::vector<int64_t> SumUp() const {
    const size_t memories = platform_.memories().size();
    std::vector<std::vector<int64_t>> change(
        memories, std::vector<int64_t>(steps_ + 1, 0));
    for (const auto& [key, tensor] : tensors_) {
      if (OnTable(key)) continue;
      change[std::get<0>(key)][tensor.first] += tensor.bytes;
      change[std::get<0>(key)][tensor.last + 1] -= tensor.bytes;
    }
    std::vector<int64_t> peaks(memories, 0);
    for (size_t memory = 0; memory < memories; ++memory) {
      int64_t live = 0;
      for (const int64_t bytes : change[memory]) {
        live += bytes;
        peaks[memory] = std::max(peaks[memory], live);
      }
    }
    return peaks;
  }

  // A tensor inside measured stages.
  bool OnTable(const Key& key) const {
    const auto& [memory, is_input, index] = key;
    const int home = HomeOf(network_, platform_, stages_,
                            {.is_input = is_input, .index = index});
    return platform_.elements()[home].is_table() && MemoryOf(home) == memory;
  }

  const graph::Network& network_;
  const graph::ScenarioGraph& graph_;
  const platform::Platform& platform_;
  const StageElements& stages_;
  const graph::DataType dtype_;
  std::vector<int> step_of_;      // By actor.
  std::vector<int> end_of_;       // By actor: of its loop.
  std::vector<int> stage_begin_;  // By stage, and the end of all.
  int steps_ = 0;
  std::map<Key, Lifetime> tensors_;
};

}  // namespace

absl::StatusOr<std::vector<MemoryNeed>> MemoryNeeds(
    const graph::Network& network, const graph::ScenarioGraph& graph,
    const platform::Platform& platform, const StageElements& stages,
    graph::DataType dtype) {
  DYNARCH_RETURN_IF_ERROR(CheckStages(network, platform, stages));
  std::vector<MemoryNeed> needs(platform.memories().size());
  for (const int actor : network.order()) {
    const platform::ProcessingElement& element =
        platform.elements()[stages[network.stage_of(actor)]];
    if (element.is_table()) continue;
    needs[element.memory_of_weights()].weights +=
        Bytes(network.work(actor).resident_weight_elements *
              graph::BytesPerElement(dtype));
  }
  const std::vector<int64_t> peaks =
      Lifetimes(network, graph, platform, stages, dtype).Peaks();
  for (size_t memory = 0; memory < needs.size(); ++memory) {
    needs[memory].activations = Bytes(peaks[memory]);
  }
  return needs;
}

absl::Status CheckCapacity(const graph::Network& network,
                           const graph::ScenarioGraph& graph,
                           const platform::Platform& platform,
                           const StageElements& stages, graph::DataType dtype) {
  DYNARCH_ASSIGN_OR_RETURN(
      const std::vector<MemoryNeed> needs,
      MemoryNeeds(network, graph, platform, stages, dtype));
  const auto text = [](Bytes bytes) {
    return FormatQuantity(bytes.value(), Dimension::kSize);
  };
  for (size_t i = 0; i < needs.size(); ++i) {
    const platform::Memory& memory = platform.memories()[i];
    if (needs[i].total() <= memory.capacity) continue;
    return Infeasible(
        reason::kMemoryCapacity,
        absl::StrCat("memory '", memory.name, "' of platform '",
                     platform.name(), "' holds ", text(memory.capacity),
                     "; network '", network.name(), "' in ", NameOf(dtype),
                     " needs ", text(needs[i].weights), " for weights and ",
                     text(needs[i].activations),
                     " for live activations there, ",
                     text(needs[i].total() - memory.capacity), " too much"));
  }
  return absl::OkStatus();
}

}  // namespace dynarch::mapping

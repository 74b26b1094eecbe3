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
  Lifetimes(const graph::Network& network, const platform::Platform& platform,
            const StageElements& stages, graph::DataType dtype)
      : network_(network),
        platform_(platform),
        stages_(stages),
        dtype_(dtype),
        step_of_(network.actors().size()) {
    for (size_t stage = 0; stage < stages.size(); ++stage) {
      stage_begin_.push_back(steps_);
      for (const int actor : network.order()) {
        if (network.stage_of(actor) == static_cast<int>(stage)) {
          step_of_[actor] = steps_++;
        }
      }
    }
    stage_begin_.push_back(steps_);
  }

  // The most bytes that live at once, by memory.
  std::vector<int64_t> Peaks() {
    for (size_t i = 0; i < network_.inputs().size(); ++i) {
      Produce({.is_input = true, .index = static_cast<int>(i)}, 0);
    }
    for (const int actor : network_.order()) {
      if (!network_.work(actor).moves_nothing) {
        Produce({.is_input = false, .index = actor}, step_of_[actor]);
      }
    }
    for (const int actor : network_.order()) {
      for (const graph::Channel& channel : network_.actors()[actor].inputs) {
        Read(channel, actor);
      }
    }
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
  int64_t BytesOf(const graph::Endpoint& origin) const {
    return network_.token_elements(origin) * graph::BytesPerElement(dtype_);
  }
  int HomeMemory(const graph::Endpoint& origin) const {
    return MemoryOf(HomeOf(network_, platform_, stages_, origin));
  }

  void Produce(const graph::Endpoint& origin, int step) {
    At(HomeMemory(origin), origin) = {step, step, BytesOf(origin)};
  }

  void Read(const graph::Channel& channel, int actor) {
    const graph::Endpoint origin = OriginOf(network_, channel.from);
    const int step = step_of_[actor];
    const int stage = network_.stage_of(actor);
    const int home = HomeMemory(origin);
    Lifetime& original = At(home, origin);
    original.last = std::max(original.last, step);
    if (channel.initial_tokens > 0) {
      original.first = 0;
      original.last = steps_ - 1;
    }
    const int here = MemoryOf(stages_[stage]);
    if (here == home) return;
    Lifetime& copy = At(here, origin);
    if (copy.bytes == 0) {
      copy = {stage_begin_[stage], step, BytesOf(origin)};
    }
    copy.first = std::min(copy.first, stage_begin_[stage]);
    copy.last = std::max(copy.last, step);
  }

  void KeepProbabilities() {
    for (size_t exit = 0; exit < stages_.size(); ++exit) {
      const graph::Endpoint origin = OriginOf(
          network_,
          {.is_input = false, .index = network_.decisions()[exit].from});
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
  const platform::Platform& platform_;
  const StageElements& stages_;
  const graph::DataType dtype_;
  std::vector<int> step_of_;      // By actor.
  std::vector<int> stage_begin_;  // By stage, and the end of all.
  int steps_ = 0;
  std::map<Key, Lifetime> tensors_;
};

}  // namespace

absl::StatusOr<std::vector<MemoryNeed>> MemoryNeeds(
    const graph::Network& network, const platform::Platform& platform,
    const StageElements& stages, graph::DataType dtype) {
  DYNARCH_RETURN_IF_ERROR(CheckStages(network, platform, stages));
  std::vector<MemoryNeed> needs(platform.memories().size());
  for (const int actor : network.order()) {
    const platform::ProcessingElement& element =
        platform.elements()[stages[network.stage_of(actor)]];
    if (element.is_table()) continue;
    needs[element.memory].weights += Bytes(network.work(actor).weight_elements *
                                           graph::BytesPerElement(dtype));
  }
  const std::vector<int64_t> peaks =
      Lifetimes(network, platform, stages, dtype).Peaks();
  for (size_t memory = 0; memory < needs.size(); ++memory) {
    needs[memory].activations = Bytes(peaks[memory]);
  }
  return needs;
}

absl::Status CheckCapacity(const graph::Network& network,
                           const platform::Platform& platform,
                           const StageElements& stages, graph::DataType dtype) {
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<MemoryNeed> needs,
                           MemoryNeeds(network, platform, stages, dtype));
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

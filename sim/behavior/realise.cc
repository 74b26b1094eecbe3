#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/behavior/population.h"
#include "sim/behavior/realised.h"

namespace dynarch::behavior {
namespace {

constexpr int kBlock = 64;
constexpr int64_t kMaxSamples = (int64_t{1} << 31) - 1;

}  // namespace

// Puts a population together.
class PopulationBuilder {
 public:
  PopulationBuilder(const graph::Network& network, const Request& request)
      : network_(network), request_(request) {
    out_.exits_ = network.exits();
    out_.control_ = request.control;
    out_.seed_ = request.seed;
  }

  absl::StatusOr<Population> FromTrace(const Trace& trace) && {
    DYNARCH_ASSIGN_OR_RETURN(const ChosenSlice chosen,
                             ChooseSlice(trace, network_, request_));
    const TraceSlice& slice = *chosen.slice;
    DYNARCH_ASSIGN_OR_RETURN(Interned outcomes,
                             OutcomesOf(trace, chosen, network_));
    out_.sample_ids_ = slice.samples;
    out_.size_ = static_cast<int64_t>(slice.samples.size());
    out_.accuracy_known_ = chosen.as_recorded && !slice.correct.empty();
    out_.settings_ = slice.settings;
    out_.available_ = absl::StrCat("the trace has: ", SlicesOf(trace));
    out_.follows_rule_ = trace.kind == Trace::Kind::kSignals;
    if (out_.follows_rule_) {
      LayOutSignals(slice);
    } else {
      out_.taken_ = slice.taken;
      out_.right_taken_ = slice.correct;
    }
    return Finish(std::move(outcomes));
  }

  absl::StatusOr<Population> FromDrawn(const Source& source) && {
    if (request_.inferences < 1 || request_.inferences > kMaxSamples) {
      return absl::InvalidArgumentError(
          absl::StrCat("inferences: got ", request_.inferences, "; 1 to ",
                       kMaxSamples, " are allowed"));
    }
    DYNARCH_ASSIGN_OR_RETURN(Drawn drawn, Draw(source, network_, request_));
    out_.size_ = request_.inferences;
    for (int64_t i = 0; i < out_.size_; ++i) out_.sample_ids_.push_back(i);
    out_.accuracy_known_ = !drawn.right.empty();
    out_.settings_ = SettingsOf(source);
    out_.available_ = absl::StrCat("the ", KindOf(source),
                                   " holds only the outcomes that it states");
    out_.taken_ = std::move(drawn.taken);
    out_.right_taken_ = std::move(drawn.right);
    if (request_.control == Control::kNone) {
      out_.stated_ = std::move(drawn.stated);
      out_.stated_accuracy_ = drawn.accuracy;
    }
    return Finish(std::move(drawn.outcomes));
  }

 private:
  // Column `exit` of the samples as they are, or dealt anew.
  void LayOutSignals(const TraceSlice& slice) {
    const auto exits = static_cast<int64_t>(out_.exits_.size());
    const int64_t blocks = (out_.size_ + kBlock - 1) / kBlock;
    out_.values_.assign(blocks * exits * kBlock, 0.0);
    out_.right_.assign(blocks * exits, 0);
    out_.predicted_.resize(slice.predicted.size());
    for (int64_t exit = 0; exit < exits; ++exit) {
      const bool is_dealt = request_.control == Control::kIndependent;
      LayOutExit(slice, exit,
                 is_dealt ? Permutation(request_.seed, 1 + exit, out_.size_)
                          : std::vector<uint32_t>());
    }
  }

  void LayOutExit(const TraceSlice& slice, int64_t exit,
                  const std::vector<uint32_t>& dealt) {
    const auto exits = static_cast<int64_t>(out_.exits_.size());
    const std::vector<double>& signal = slice.signal(out_.exits_[exit].signal);
    out_.has_signal_.push_back(!signal.empty());
    for (int64_t sample = 0; sample < out_.size_; ++sample) {
      const int64_t from = dealt.empty() ? sample : dealt[sample];
      const int64_t cell = from * exits + exit;
      const int64_t column = sample / kBlock * exits + exit;
      const int64_t place = sample % kBlock;
      if (!signal.empty()) out_.values_[column * kBlock + place] = signal[cell];
      if (!slice.correct.empty()) {
        out_.right_[column] |= static_cast<uint64_t>(slice.correct[cell])
                               << place;
      }
      if (!slice.predicted.empty()) {
        out_.predicted_[sample * exits + exit] = slice.predicted[cell];
      }
    }
  }

  absl::StatusOr<Population> Finish(Interned outcomes) {
    DYNARCH_RETURN_IF_ERROR(ApplyControl(outcomes));
    out_.table_ = std::move(outcomes.table);
    out_.table_index_ = std::move(outcomes.index);
    if (out_.table_.size() * out_.exits() > kMaxSamples) {
      return absl::InvalidArgumentError(absl::StrCat(
          "there are ", out_.table_.size(), " distinct outcomes x ",
          out_.exits(), " exits; at most ", kMaxSamples, " are allowed"));
    }
    return std::move(out_);
  }

  absl::Status ApplyControl(Interned& outcomes) {
    const bool has_decisions = !network_.decisions().empty();
    switch (request_.control) {
      case Control::kNone:
        return absl::OkStatus();
      case Control::kOracle:
        return CheckOracle();
      case Control::kStatic:
        return MakeStatic(outcomes);
      case Control::kRandom:
      case Control::kIndependent:
        if (!out_.follows_rule_ && out_.exits_.size() > 1) DealExits();
        if (!has_decisions) return absl::OkStatus();
        out_.accuracy_known_ = false;
        DYNARCH_ASSIGN_OR_RETURN(
            outcomes,
            Dealt(outcomes, network_, request_.control, request_.seed));
        return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  // Exits as taken: which is right there is known for that sample only.
  void DealExits() {
    out_.accuracy_known_ = false;
    if (request_.control != Control::kIndependent) return;  // Run draws.
    const std::vector<uint32_t> order =
        Permutation(request_.seed, 0, out_.size_);
    std::vector<uint8_t> dealt(out_.taken_.size());
    for (size_t i = 0; i < dealt.size(); ++i) dealt[i] = out_.taken_[order[i]];
    out_.taken_ = std::move(dealt);
  }

  absl::Status CheckOracle() const {
    if (out_.exits_.size() == 1) return absl::OkStatus();
    if (out_.follows_rule_ && out_.accuracy_known_) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "behavior.control: oracle needs to know at which exits a sample is "
        "right; ",
        out_.follows_rule_ ? "the trace holds no correctness for these knobs"
                           : "here only the exit taken is known"));
  }

  // Right answers are those of the last exit, if the outcomes are the same.
  absl::Status MakeStatic(Interned& outcomes) {
    DYNARCH_ASSIGN_OR_RETURN(const OutcomeFixer fixer,
                             OutcomeFixer::Create(network_, {}));
    graph::Outcomes nominal = network_.nominal();
    DYNARCH_RETURN_IF_ERROR(fixer.Fix(nominal));
    bool is_same =
        outcomes.table.size() == 1 && outcomes.table.Row(0) == nominal;
    const auto last = static_cast<uint8_t>(out_.exits_.size() - 1);
    for (uint8_t& taken : out_.taken_) {
      is_same &= taken == last;
      taken = last;
    }
    out_.accuracy_known_ &= is_same;
    outcomes.table = OutcomeRows(network_.layout().size);
    outcomes.table.Append(nominal);
    outcomes.index.assign(out_.size_, 0);
    return absl::OkStatus();
  }

  const graph::Network& network_;
  const Request& request_;
  Population out_;
};

absl::StatusOr<Population> Realise(const Source& source,
                                   const graph::Network& network,
                                   const Request& request) {
  PopulationBuilder builder(network, request);
  if (const auto* trace = std::get_if<Trace>(&source)) {
    return std::move(builder).FromTrace(*trace);
  }
  return std::move(builder).FromDrawn(source);
}

absl::Status CheckRequest(const Source& source, const graph::Network& network,
                          const Request& request) {
  const auto* trace = std::get_if<Trace>(&source);
  if (trace == nullptr) return CheckDrawn(source, network, request);
  DYNARCH_ASSIGN_OR_RETURN(const ChosenSlice chosen,
                           ChooseSlice(*trace, network, request));
  return OutcomeFixer::Create(network, chosen.knobs).status();
}

}  // namespace dynarch::behavior

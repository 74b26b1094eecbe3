#include "sim/dataflow/sadf_machine.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace dynarch::dataflow {
namespace {

constexpr int64_t kMostTokens = int64_t{1} << 40;
constexpr int64_t kMostTime = int64_t{1} << 61;
// Steps of time without a choice before a loop is looked for.
constexpr int64_t kFirstMark = 256;

enum Due : uint8_t { kNothingDue, kSelectDue, kStartDue };

// Little-endian groups of seven bits, the last one without the top bit.
void WriteInt(uint64_t value, std::vector<uint8_t>& bytes) {
  while (value >= 0x80) {
    bytes.push_back(static_cast<uint8_t>(value) | 0x80);
    value >>= 7;
  }
  bytes.push_back(static_cast<uint8_t>(value));
}

uint64_t ReadInt(const uint8_t*& bytes) {
  uint64_t value = 0;
  int shift = 0;
  while (*bytes & 0x80) {
    value |= uint64_t{*bytes++ & 0x7Fu} << shift;
    shift += 7;
  }
  return value | uint64_t{*bytes++} << shift;
}

}  // namespace

void SadfMachine::Fifo::Push(int value, int64_t count) {
  if (head < pieces.size() && pieces.back().value == value) {
    pieces.back().count += count;
    return;
  }
  if (head > 16 && head * 2 > pieces.size()) {
    pieces.erase(pieces.begin(), pieces.begin() + head);
    head = 0;
  }
  pieces.push_back({value, count});
}

void SadfMachine::Fifo::Pop() {
  if (--pieces[head].count == 0) ++head;
  if (head == pieces.size()) {
    pieces.clear();
    head = 0;
  }
}

SadfMachine::SadfMachine(const SadfModel& model, bool occupancy,
                         int64_t firings_at_once)
    : model_(model),
      occupancy_(occupancy),
      firings_at_once_(firings_at_once),
      mode_(model.processes.size(), -1),
      remaining_(model.processes.size(), -1),
      fifos_(model.channels.size()),
      queued_(model.processes.size(), 0),
      due_(model.processes.size(), 0) {
  for (const SadfModel::Process& process : model.processes) {
    for (const SadfModel::Chain& chain : process.chains) {
      chain_state_.push_back(chain.initial);
    }
  }
  counts_.most.resize(model.channels.size());
  for (size_t c = 0; c < model.channels.size(); ++c) {
    tokens_.push_back(model.channels[c].initial_tokens);
    counts_.most[c] = tokens_[c];
    for (const int value : model.channels[c].initial_values) {
      fifos_[c].Push(value, 1);
    }
  }
  ResetCounts();
  for (size_t p = 0; p < model.processes.size(); ++p) {
    Wake(static_cast<int>(p));
  }
}

void SadfMachine::ResetCounts() {
  counts_.time = 0;
  counts_.firings.assign(model_.processes.size(), 0);
  counts_.area.assign(model_.channels.size(), 0);
}

void SadfMachine::Wake(int process) {
  // One that runs is woken by its own end.
  if (queued_[process] || remaining_[process] >= 0) return;
  queued_[process] = 1;
  awake_.push_back(process);
}

int SadfMachine::SelectedBy(int process) const {
  const SadfModel::Process& p = model_.processes[process];
  if (p.controls.empty()) return 0;
  if (p.controls.size() == 1) {
    return p.by_value[fifos_[p.controls[0]].front()];
  }
  std::vector<int> key;
  for (const int c : p.controls) key.push_back(fifos_[c].front());
  const auto found = p.by_values.find(key);
  if (found != p.by_values.end()) return found->second;
  return p.detector ? -1 : static_cast<int>(p.modes.size()) - 1;
}

bool SadfMachine::Select(int process) {
  const SadfModel::Process& p = model_.processes[process];
  for (const int c : p.controls) {
    if (tokens_[c] == 0) return false;
  }
  const int selected = SelectedBy(process);
  if (selected < 0) return false;  // a detector that waits for ever
  if (!p.detector) {
    mode_[process] = selected;
    return true;
  }
  const SadfModel::Chain& chain = p.chains[selected];
  int& state = chain_state_[p.first_chain + selected];
  if (chain.states[state].next.size() != 1) {
    due_[process] = kSelectDue;
    ++due_count_;
    return false;
  }
  state = chain.states[state].next[0];
  mode_[process] = chain.states[state].mode;
  return true;
}

bool SadfMachine::CanStart(int process) const {
  const SadfModel::Mode& mode = model_.processes[process].modes[mode_[process]];
  for (const SadfModel::Tokens& in : mode.consume) {
    if (tokens_[in.channel] < in.count) return false;
  }
  for (const SadfModel::Tokens& out : mode.produce) {
    const int64_t capacity = model_.channels[out.channel].capacity;
    if (out.count > capacity - tokens_[out.channel]) return false;
  }
  return true;
}

// Whether the firing ended at once.
bool SadfMachine::Start(int process, int64_t ticks) {
  remaining_[process] = ticks;
  if (occupancy_) {
    for (const SadfModel::Tokens& out :
         model_.processes[process].modes[mode_[process]].produce) {
      counts_.most[out.channel] =
          std::max(counts_.most[out.channel], tokens_[out.channel] + out.count);
    }
  }
  if (ticks != 0) return false;
  End(process);
  return true;
}

void SadfMachine::End(int process) {
  const SadfModel::Process& p = model_.processes[process];
  const SadfModel::Mode& mode = p.modes[mode_[process]];
  for (const int c : p.controls) {
    fifos_[c].Pop();
    --tokens_[c];
  }
  for (const SadfModel::Tokens& in : mode.consume) {
    tokens_[in.channel] -= in.count;
  }
  for (const SadfModel::Tokens& out : mode.produce) {
    tokens_[out.channel] += out.count;
    if (tokens_[out.channel] > kMostTokens) full_ = true;
    if (model_.channels[out.channel].control) {
      fifos_[out.channel].Push(out.value, out.count);
    }
  }
  mode_[process] = -1;
  remaining_[process] = -1;
  ++counts_.firings[process];
  ++steps_;
  for (const int neighbor : p.neighbors) Wake(neighbor);
}

// One step of a process that is not running; false if it cannot or is at a
// choice.
bool SadfMachine::Step(int process) {
  if (mode_[process] < 0 && !Select(process)) return false;
  if (!CanStart(process)) return false;
  const SadfModel::Mode& mode = model_.processes[process].modes[mode_[process]];
  if (mode.ticks.size() != 1) {
    due_[process] = kStartDue;
    ++due_count_;
    return false;
  }
  return Start(process, mode.ticks[0]);
}

// Everything that certainly happens now.
absl::Status SadfMachine::Settle() {
  const int64_t most = steps_ + firings_at_once_;
  while (!awake_.empty()) {
    const int process = awake_.back();
    awake_.pop_back();
    queued_[process] = 0;
    while (remaining_[process] < 0 && due_[process] == kNothingDue &&
           Step(process)) {
      if (full_) return absl::OkStatus();
      if (steps_ > most) {
        return absl::FailedPreconditionError(absl::StrCat(
            "more than ", firings_at_once_, " firings end at one instant, ",
            "the last one of '", model_.processes[process].name,
            "': a cycle of firings takes no time"));
      }
    }
  }
  return absl::OkStatus();
}

void SadfMachine::MeasureArea(int64_t ticks) {
  const double time = static_cast<double>(ticks);
  for (size_t c = 0; c < tokens_.size(); ++c) {
    counts_.area[c] += static_cast<double>(tokens_[c]) * time;
  }
  for (size_t p = 0; p < remaining_.size(); ++p) {
    if (remaining_[p] < 0) continue;
    for (const SadfModel::Tokens& out :
         model_.processes[p].modes[mode_[p]].produce) {
      counts_.area[out.channel] += static_cast<double>(out.count) * time;
    }
  }
}

// To the next end; false if nothing runs.
bool SadfMachine::Advance() {
  int64_t ticks = std::numeric_limits<int64_t>::max();
  for (const int64_t left : remaining_) {
    if (left >= 0) ticks = std::min(ticks, left);
  }
  if (ticks == std::numeric_limits<int64_t>::max()) return false;
  if (occupancy_) MeasureArea(ticks);
  counts_.time += ticks;
  for (size_t p = 0; p < remaining_.size(); ++p) {
    if (remaining_[p] < 0) continue;
    remaining_[p] -= ticks;
    if (remaining_[p] > 0) continue;
    End(static_cast<int>(p));
    Wake(static_cast<int>(p));
  }
  return true;
}

void SadfMachine::SetMark() {
  Write(mark_);
  mark_counts_ = counts_;
}

bool SadfMachine::AtMark() {
  Write(scratch_);
  if (scratch_ != mark_) return false;
  loop_ = counts_;
  loop_.time -= mark_counts_.time;
  for (size_t p = 0; p < loop_.firings.size(); ++p) {
    loop_.firings[p] -= mark_counts_.firings[p];
  }
  for (size_t c = 0; c < loop_.area.size(); ++c) {
    loop_.area[c] -= mark_counts_.area[c];
  }
  return true;
}

absl::Status SadfMachine::Run(int64_t most_steps, SadfStop& stop) {
  int64_t next_mark = kFirstMark;
  for (int64_t step = 0;; ++step) {
    DYNARCH_RETURN_IF_ERROR(Settle());
    stop = SadfStop::kFull;
    if (full_ || step >= most_steps) return absl::OkStatus();
    if (due_count_ > 0) {
      choice_ = static_cast<int>(
          std::find_if(due_.begin(), due_.end(), [](uint8_t d) { return d; }) -
          due_.begin());
      stop = SadfStop::kChoice;
      return absl::OkStatus();
    }
    if (step > kFirstMark && AtMark()) {
      stop = SadfStop::kLoop;
      return absl::OkStatus();
    }
    if (step == next_mark) {
      SetMark();
      next_mark *= 2;
    }
    stop = SadfStop::kDeadlock;
    if (!Advance()) return absl::OkStatus();
    if (counts_.time > kMostTime) {
      return absl::OutOfRangeError("time passes 2^61 ticks");
    }
  }
}

int SadfMachine::choice_distribution() const {
  const SadfModel::Process& p = model_.processes[choice_];
  if (due_[choice_] == kStartDue) return p.modes[mode_[choice_]].draw;
  const int chain = SelectedBy(choice_);
  return p.chains[chain].states[chain_state_[p.first_chain + chain]].draw;
}

const SadfDistribution& SadfMachine::choice() const {
  return model_.distributions[choice_distribution()];
}

void SadfMachine::Choose(int outcome) {
  const SadfModel::Process& p = model_.processes[choice_];
  const uint8_t due = due_[choice_];
  due_[choice_] = kNothingDue;
  --due_count_;
  Wake(choice_);
  if (due == kStartDue) {
    Start(choice_, p.modes[mode_[choice_]].ticks[outcome]);
    return;
  }
  const int selected = SelectedBy(choice_);
  const SadfModel::Chain& chain = p.chains[selected];
  int& state = chain_state_[p.first_chain + selected];
  state = chain.states[state].next[outcome];
  mode_[choice_] = chain.states[state].mode;
}

void SadfMachine::Write(std::vector<uint8_t>& bytes) const {
  bytes.clear();
  for (const int state : chain_state_) WriteInt(state, bytes);
  for (const int mode : mode_) WriteInt(mode + 1, bytes);
  for (size_t p = 0; p < mode_.size(); ++p) {
    if (mode_[p] >= 0) WriteInt(remaining_[p] + 1, bytes);
  }
  for (size_t c = 0; c < tokens_.size(); ++c) {
    WriteInt(tokens_[c], bytes);
    if (!model_.channels[c].control) continue;
    // Pieces until they add up to the tokens.
    for (size_t i = fifos_[c].head; i < fifos_[c].pieces.size(); ++i) {
      WriteInt(fifos_[c].pieces[i].value, bytes);
      WriteInt(fifos_[c].pieces[i].count, bytes);
    }
  }
}

void SadfMachine::Read(const uint8_t* bytes) {
  for (int& state : chain_state_) state = static_cast<int>(ReadInt(bytes));
  for (int& mode : mode_) mode = static_cast<int>(ReadInt(bytes)) - 1;
  for (size_t p = 0; p < mode_.size(); ++p) {
    remaining_[p] =
        mode_[p] < 0 ? -1 : static_cast<int64_t>(ReadInt(bytes)) - 1;
  }
  for (size_t c = 0; c < tokens_.size(); ++c) {
    tokens_[c] = static_cast<int64_t>(ReadInt(bytes));
    if (!model_.channels[c].control) continue;
    fifos_[c].pieces.clear();
    fifos_[c].head = 0;
    for (int64_t left = tokens_[c]; left > 0;) {
      const int value = static_cast<int>(ReadInt(bytes));
      const int64_t count = static_cast<int64_t>(ReadInt(bytes));
      fifos_[c].pieces.push_back({value, count});
      left -= count;
    }
  }
  std::fill(due_.begin(), due_.end(), kNothingDue);
  due_count_ = 0;
  full_ = false;
  for (size_t p = 0; p < mode_.size(); ++p) {
    if (remaining_[p] < 0) Wake(static_cast<int>(p));
  }
}

std::string SadfMachine::Describe(const ScenarioAwareGraph& graph) const {
  std::string text;
  for (size_t p = 0; p < mode_.size(); ++p) {
    const SadfModel::Process& process = model_.processes[p];
    absl::StrAppend(&text, text.empty() ? "" : "; ", graph.processes[p].name);
    if (remaining_[p] >= 0) {
      absl::StrAppend(&text, " runs");
      continue;
    }
    if (mode_[p] < 0) {
      for (const int c : process.controls) {
        if (tokens_[c] > 0) continue;
        absl::StrAppend(&text, " waits for a value on ",
                        graph.channels[c].name);
        break;
      }
      continue;
    }
    const SadfModel::Mode& mode = process.modes[mode_[p]];
    for (const SadfModel::Tokens& in : mode.consume) {
      if (tokens_[in.channel] >= in.count) continue;
      absl::StrAppend(&text, " waits for ", in.count, " tokens on ",
                      graph.channels[in.channel].name, " (has ",
                      tokens_[in.channel], ")");
    }
    for (const SadfModel::Tokens& out : mode.produce) {
      const int64_t capacity = model_.channels[out.channel].capacity;
      if (out.count <= capacity - tokens_[out.channel]) continue;
      absl::StrAppend(&text, " waits for ", out.count, " places on ",
                      graph.channels[out.channel].name, " (has ",
                      capacity - tokens_[out.channel], ")");
    }
  }
  return text;
}

std::string SadfMachine::DescribeOutcome(const ScenarioAwareGraph& graph,
                                         int outcome) const {
  const SadfModel::Process& p = model_.processes[choice_];
  const SadfProcess& process = graph.processes[choice_];
  if (due_[choice_] == kStartDue) {
    return absl::StrCat(
        process.name, " takes ",
        (Rational(p.modes[mode_[choice_]].ticks[outcome]) * model_.tick)
            .ToString());
  }
  const int chain = SelectedBy(choice_);
  const SadfModel::State& state =
      p.chains[chain].states[chain_state_[p.first_chain + chain]];
  return absl::StrCat(process.name, " enters ",
                      process.chains[chain].states[state.next[outcome]].name);
}

}  // namespace dynarch::dataflow

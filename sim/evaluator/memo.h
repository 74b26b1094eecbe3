// Results by a dense whole number: computed once, found without hashing.
#ifndef DYNARCH_SIM_EVALUATOR_MEMO_H_
#define DYNARCH_SIM_EVALUATOR_MEMO_H_

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace dynarch::evaluator {

// Keys are 0 <= key < `keys`. Small key spaces are an array, large ones an
// ordered map. The values kept weigh at most `limit` together, or are one: one
// more, and all are dropped, which costs time and changes nothing else.
template <typename Value>
class Memo {
 public:
  Memo(int64_t keys, int64_t limit) : limit_(limit) {
    if (keys <= kDenseKeys) dense_.resize(static_cast<size_t>(keys));
  }

  // Null if there is none. Valid until the next Put.
  Value* Find(int64_t key) {
    if (!dense_.empty()) return dense_[static_cast<size_t>(key)].get();
    const auto found = sparse_.find(key);
    return found == sparse_.end() ? nullptr : found->second.get();
  }

  // In place of the value that the key has, if it has one; whose weight stays
  // counted until all are dropped.
  Value& Put(int64_t key, Value value, int64_t weight = 1) {
    if (weight_ + weight > limit_) Clear();
    weight_ += weight;
    std::unique_ptr<Value>& place =
        dense_.empty() ? sparse_[key] : dense_[static_cast<size_t>(key)];
    place = std::make_unique<Value>(std::move(value));
    return *place;
  }

 private:
  static constexpr int64_t kDenseKeys = int64_t{1} << 20;

  void Clear() {
    for (auto& place : dense_) place.reset();
    sparse_.clear();
    weight_ = 0;
  }

  int64_t limit_;
  int64_t weight_ = 0;
  std::vector<std::unique_ptr<Value>> dense_;
  std::map<int64_t, std::unique_ptr<Value>> sparse_;
};

}  // namespace dynarch::evaluator

#endif  // DYNARCH_SIM_EVALUATOR_MEMO_H_

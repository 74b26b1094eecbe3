#include "sim/dataflow/components.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace dynarch::dataflow {
namespace {

class Search {
 public:
  explicit Search(const std::vector<std::vector<int>>& successors)
      : successors_(successors),
        order_(successors.size(), 0),
        low_(successors.size(), 0),
        open_(successors.size(), false) {}

  std::vector<std::vector<int>> Run() {
    for (size_t node = 0; node < successors_.size(); ++node) {
      if (order_[node] == 0) From(static_cast<int>(node));
    }
    return std::move(components_);
  }

 private:
  struct Frame {
    int node;
    size_t next;  // successor to look at
  };

  void Enter(int node) {
    order_[node] = low_[node] = ++entered_;
    stack_.push_back(node);
    open_[node] = true;
    frames_.push_back({node, 0});
  }

  void From(int root) {
    Enter(root);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      const int node = frame.node;
      if (frame.next < successors_[node].size()) {
        const int other = successors_[node][frame.next++];
        if (order_[other] == 0) {
          Enter(other);
        } else if (open_[other]) {
          low_[node] = std::min(low_[node], order_[other]);
        }
        continue;
      }
      frames_.pop_back();
      if (!frames_.empty()) {
        int& above = low_[frames_.back().node];
        above = std::min(above, low_[node]);
      }
      if (low_[node] == order_[node]) Close(node);
    }
  }

  void Close(int root) {
    std::vector<int> members;
    int node;
    do {
      node = stack_.back();
      stack_.pop_back();
      open_[node] = false;
      members.push_back(node);
    } while (node != root);
    std::sort(members.begin(), members.end());
    components_.push_back(std::move(members));
  }

  const std::vector<std::vector<int>>& successors_;
  std::vector<int> order_;  // 0: not entered
  std::vector<int> low_;
  std::vector<bool> open_;
  std::vector<int> stack_;
  std::vector<Frame> frames_;
  int entered_ = 0;
  std::vector<std::vector<int>> components_;
};

}  // namespace

std::vector<std::vector<int>> StronglyConnected(
    const std::vector<std::vector<int>>& successors) {
  return Search(successors).Run();
}

}  // namespace dynarch::dataflow

#include "sim/dataflow/ticks.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace dynarch::dataflow {
namespace {

absl::StatusOr<int64_t> InTicks(const Actor& actor, const Rational& time,
                                const Rational& tick) {
  const Rational ticks = time / tick;
  if (!ticks.integer()) {
    return absl::InvalidArgumentError(
        absl::StrCat("actor '", actor.name, "': time ", time.ToString(),
                     " is no multiple of the tick ", tick.ToString()));
  }
  const std::optional<int64_t> value = ToInt64(ticks.numerator());
  if (!value.has_value() || *value > int64_t{1} << 61) {
    return absl::OutOfRangeError(
        absl::StrCat("actor '", actor.name, "': time ", time.ToString(),
                     " is more than 2^61 "
                     "ticks of ",
                     tick.ToString(), ", the unit that all times share"));
  }
  return *value;
}

}  // namespace

Rational CommonTick(const Graph& graph) {
  // gcd of a/b and c/d in lowest terms is gcd(a, c) / lcm(b, d).
  BigInt top = 0;
  BigInt bottom = 1;
  for (const Actor& actor : graph.actors) {
    for (const Rational& time : actor.times) {
      if (time.zero()) continue;
      top = boost::multiprecision::gcd(top, time.numerator());
      bottom = boost::multiprecision::lcm(bottom, time.denominator());
    }
  }
  return top.is_zero() ? Rational(1) : Rational(top, bottom);
}

absl::StatusOr<std::vector<std::vector<int64_t>>> TimesInTicks(
    const Graph& graph, const Rational& tick) {
  std::vector<std::vector<int64_t>> result;
  result.reserve(graph.actors.size());
  for (const Actor& actor : graph.actors) {
    std::vector<int64_t> times;
    times.reserve(actor.times.size());
    for (const Rational& time : actor.times) {
      // Phases often repeat a time.
      if (!times.empty() && time == actor.times[times.size() - 1]) {
        times.push_back(times.back());
        continue;
      }
      DYNARCH_ASSIGN_OR_RETURN(const int64_t ticks, InTicks(actor, time, tick));
      times.push_back(ticks);
    }
    result.push_back(std::move(times));
  }
  return result;
}

LargeTimes LargeTimesInTicks(const Graph& graph, const Rational& tick) {
  LargeTimes result;
  std::set<BigInt> values = {0};
  for (const Actor& actor : graph.actors) {
    std::vector<BigInt>& ticks = result.ticks.emplace_back();
    for (const Rational& time : actor.times) {
      ticks.push_back((time / tick).numerator());
      values.insert(ticks.back());
    }
  }
  std::map<BigInt, int64_t> rank_of;
  for (const BigInt& value : values) {
    rank_of.emplace(value, static_cast<int64_t>(rank_of.size()));
  }
  for (const std::vector<BigInt>& ticks : result.ticks) {
    std::vector<int64_t>& ranks = result.ranks.emplace_back();
    for (const BigInt& time : ticks) ranks.push_back(rank_of.at(time));
  }
  return result;
}

}  // namespace dynarch::dataflow

// What every network of the catalogue must be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "dynarch/v1/network.pb.h"
#include "dynarch/v1/study.pb.h"
#include "sim/behavior/population.h"
#include "sim/behavior/source.h"
#include "sim/behavior/statistics.h"
#include "sim/graph/network.h"
#include "sim/graph/scenario_graph.h"
#include "sim/wire/behavior_wire.h"
#include "sim/wire/network_wire.h"
#include "tests/sim/catalog/catalog_network.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::catalog {
namespace {

using ::testing::AnyOf;
using ::testing::IsEmpty;
using ::testing::Not;

class NetworkTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(message_, NetworkMessage(GetParam()));
  }
  v1::Network message_;
};

TEST_P(NetworkTest, IsNamedAsItsFileAndSaysWhereItIsFrom) {
  EXPECT_EQ(message_.name(), GetParam());
  EXPECT_THAT(message_.source(), Not(IsEmpty()));
}

// A choice needs rates, and rates need a source.
TEST_P(NetworkTest, WhatTheDataDecidesHasSourcedRates) {
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       wire::NetworkFrom(message_));
  ASSERT_OK_AND_ASSIGN(
      const behavior::Source source,
      wire::SourceFrom({}, message_, network, /*trace=*/std::nullopt));
  EXPECT_OK(behavior::CheckSource(source, network));
  if (const auto* given = std::get_if<behavior::Distribution>(&source)) {
    EXPECT_THAT(given->source, Not(IsEmpty()));
  } else if (const auto* chain = std::get_if<behavior::MarkovChain>(&source)) {
    EXPECT_THAT(chain->source, Not(IsEmpty()));
  } else {
    EXPECT_EQ(behavior::KindOf(source), "fixed");
    EXPECT_EQ(network.exits().size(), 1);
  }
}

// 500 inferences of its own source: every scenario that is drawn builds, and
// none does more work than the worst case.
TEST_P(NetworkTest, EveryScenarioThatIsDrawnBuilds) {
  ASSERT_OK_AND_ASSIGN(const CatalogBehavior behavior,
                       BehaviorOf(GetParam(), 500));
  for (int row = 0; row < behavior.population.table_size(); ++row) {
    EXPECT_OK(graph::ScenarioGraph::Create(behavior.network,
                                           behavior.population.TableRow(row)));
  }
  ASSERT_OK_AND_ASSIGN(
      const behavior::Statistics statistics,
      behavior::Summarise(behavior.network, behavior.population,
                          behavior.policy, nullptr, /*lags=*/1));
  EXPECT_EQ(statistics.samples, 500);
  EXPECT_GT(statistics.macs_expected, 0);
  EXPECT_LE(statistics.macs_max, statistics.macs_worst_case);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, NetworkTest,
                         ::testing::ValuesIn(NetworkNames()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace dynarch::catalog

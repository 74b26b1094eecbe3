#include "sim/wire/technology_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/testing/status_matchers.h"

namespace dynarch::wire {
namespace {

using ::testing::HasSubstr;

v1::Technology Small() {
  v1::Technology table;
  table.set_name("technology");
  v1::ProcessNode& node = *table.add_nodes();
  node.set_name("n28");
  node.set_feature_nm(28);
  node.set_voltage_uv(900'000);
  node.set_temperature_c(25);
  v1::MacCost& mac = *node.add_macs();
  mac.set_name("int8");
  mac.set_energy_aj_per_op(227'000);
  mac.set_area_um2(158);
  int64_t capacity = 512;
  for (const char* name : {"register_file", "sram_8k"}) {
    v1::StorageCost& storage = *node.add_storage();
    storage.set_name(name);
    storage.set_capacity_bytes(capacity);
    storage.set_energy_aj_per_byte(350'000);
    capacity *= 16;
  }
  v1::DramClass& dram = *table.add_dram();
  dram.set_name("lpddr4");
  dram.set_energy_aj_per_byte(40'000'000);
  return table;
}

TEST(CheckTechnologyTest, TakesATable) { EXPECT_OK(CheckTechnology(Small())); }

struct Case {
  std::string name;
  std::function<void(v1::Technology&)> spoil;
  std::string message;
};
class SpoiledTest : public ::testing::TestWithParam<Case> {};

TEST_P(SpoiledTest, IsRefusedAtItsField) {
  v1::Technology table = Small();
  GetParam().spoil(table);
  const absl::Status status = CheckTechnology(table);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

using Table = v1::Technology;

INSTANTIATE_TEST_SUITE_P(
    All, SpoiledTest,
    ::testing::ValuesIn<Case>({
        {"no_node", [](Table& t) { t.clear_nodes(); }, "nodes: at least one"},
        {"no_dram", [](Table& t) { t.clear_dram(); }, "dram: at least one"},
        {"node_twice", [](Table& t) { *t.add_nodes() = Table(t).nodes(0); },
         "nodes.n28: the name is used twice"},
        {"no_feature_size",
         [](Table& t) { t.mutable_nodes(0)->set_feature_nm(0); },
         "nodes.n28.feature_nm: got 0"},
        {"no_voltage", [](Table& t) { t.mutable_nodes(0)->set_voltage_uv(-1); },
         "nodes.n28.voltage: got -1"},
        {"free_arithmetic",
         [](Table& t) {
           t.mutable_nodes(0)->mutable_macs(0)->set_energy_aj_per_op(0);
         },
         "nodes.n28.macs.int8.energy: got 0"},
        {"negative_area",
         [](Table& t) {
           t.mutable_nodes(0)->mutable_macs(0)->set_area_um2(-2);
         },
         "nodes.n28.macs.int8.area: got -2"},
        {"storage_that_does_not_grow",
         [](Table& t) {
           t.mutable_nodes(0)->mutable_storage(1)->set_capacity_bytes(512);
         },
         "nodes.n28.storage.sram_8k.capacity: got 512 B"},
        {"negative_leakage",
         [](Table& t) { t.mutable_nodes(0)->set_sram_leakage_power_nw(-1); },
         "nodes.n28.sram_leakage_power: got -1"},
        {"free_dram",
         [](Table& t) { t.mutable_dram(0)->set_energy_aj_per_byte(0); },
         "dram.lpddr4: got 0"},
    }),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace dynarch::wire

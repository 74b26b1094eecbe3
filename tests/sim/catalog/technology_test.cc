// The technology table, and the platforms whose energies come from it: every
// step that a source there calls derived is done again here.
#include "sim/platform/technology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dynarch/v1/platform.pb.h"
#include "dynarch/v1/technology.pb.h"
#include "sim/base/units.h"
#include "sim/io/catalog.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::catalog {
namespace {

using platform::LogInterpolated;
using ::testing::ElementsAre;

io::Catalog Opened() {
  auto catalog = io::Catalog::Open(DYNARCH_SOURCE_DIR "/sim/catalog");
  EXPECT_OK(catalog);
  return *std::move(catalog);
}

// Energies in pJ, by name: `macs.int8`, `storage.sram_1m`, `wire`, `hop`.
using Energies = std::map<std::string, double>;

Energies EnergiesOf(const v1::ProcessNode& node) {
  Energies energies;
  for (const auto& mac : node.macs()) {
    energies["macs." + mac.name()] = 1e-6 * mac.energy_aj_per_op();
  }
  for (const auto& storage : node.storage()) {
    energies["storage." + storage.name()] = 1e-6 * storage.energy_aj_per_byte();
  }
  energies["wire"] = 1e-6 * node.wire_energy_aj_per_byte();
  energies["hop"] = 1e-6 * node.hop_energy_aj_per_byte();
  return energies;
}

class TechnologyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(table_, Opened().Technology());
    for (const v1::ProcessNode& node : table_.nodes()) {
      energies_[node.feature_nm()] = EnergiesOf(node);
    }
  }
  double Pj(int nm, const std::string& name) { return energies_[nm][name]; }

  v1::Technology table_;
  std::map<int, Energies> energies_;
};

// The table has three digits.
void ExpectDigits(double got, double want, const std::string& what) {
  EXPECT_NEAR(got, want, 0.0051 * want) << what;
}

TEST_F(TechnologyTest, HasSixProcessesFromLargeToSmall) {
  std::vector<int> sizes;
  for (const auto& node : table_.nodes()) sizes.push_back(node.feature_nm());
  EXPECT_THAT(sizes, ElementsAre(65, 45, 28, 22, 16, 7));
}

// Multiply and accumulate, Horowitz: 8-bit 0.2, fp16 1.1, fp32 3.7 pJ; 32-bit
// add 0.1, fp16 add 0.4, fp32 add 0.9 pJ. 16 bits: between 0.2 and 3.1.
TEST_F(TechnologyTest, FortyFiveNanometresAreHorowitz) {
  ExpectDigits(Pj(45, "macs.int8"), 0.2 + 0.1, "int8");
  ExpectDigits(Pj(45, "macs.int16"), std::sqrt(0.2 * 3.1) + 0.1, "int16");
  ExpectDigits(Pj(45, "macs.fp16"), 1.1 + 0.4, "fp16");
  ExpectDigits(Pj(45, "macs.fp32"), 3.7 + 0.9, "fp32");
  ExpectDigits(Pj(45, "storage.sram_8k"), 10.0 / 8, "8 KiB");
  ExpectDigits(Pj(45, "storage.sram_32k"), 20.0 / 8, "32 KiB");
  ExpectDigits(Pj(45, "storage.sram_1m"), 100.0 / 8, "1 MiB");
}

TEST_F(TechnologyTest, SixtyFiveNanometresAreStillmakersRatio) {
  const double e65 = 3.755 * 1.0 - 4.398 * 1.0 + 1.975;
  const double e45 = 1.103 * 0.81 - 0.362 * 0.9 + 0.2767;
  for (const auto& [name, pj] : energies_[45]) {
    if (name == "wire" || name == "hop") continue;
    ExpectDigits(Pj(65, name), pj * e65 / e45, name);
  }
}

TEST_F(TechnologyTest, ProcessesInBetweenAreInterpolated) {
  for (const int nm : {28, 22, 16}) {
    for (const auto& [name, pj] : energies_[45]) {
      if (name == "wire" || name == "hop") continue;
      ExpectDigits(Pj(nm, name), LogInterpolated(45, pj, 7, Pj(7, name), nm),
                   name);
    }
  }
}

// 8 bits, 0.25 C V^2 each; a hop is 1 mm of it and two register accesses.
TEST_F(TechnologyTest, WiresAndHopsFollowFromTheVoltage) {
  for (const v1::ProcessNode& node : table_.nodes()) {
    const double volts = 1e-6 * static_cast<double>(node.voltage_uv());
    const int nm = node.feature_nm();
    ExpectDigits(Pj(nm, "wire"), 8 * 0.25 * 0.2 * volts * volts, node.name());
    ExpectDigits(Pj(nm, "hop"),
                 Pj(nm, "wire") + 2 * Pj(nm, "storage.register_file"),
                 node.name());
  }
}

TEST_F(TechnologyTest, SmallerProcessesTakeLessEnergyAndArea) {
  for (int i = 1; i < table_.nodes_size(); ++i) {
    const v1::ProcessNode& small = table_.nodes(i);
    const v1::ProcessNode& large = table_.nodes(i - 1);
    for (const auto& [name, pj] : EnergiesOf(small)) {
      EXPECT_LE(pj, Pj(large.feature_nm(), name)) << small.name() << name;
    }
    EXPECT_LT(small.sram_area_um2(), large.sram_area_um2());
    for (int m = 0; m < small.macs_size(); ++m) {
      EXPECT_LT(small.macs(m).area_um2(), large.macs(m).area_um2());
    }
  }
}

// --- Platforms

const v1::ProcessingElement& ElementOf(const v1::Platform& platform,
                                       const std::string& name) {
  for (const auto& element : platform.elements()) {
    if (element.name() == name) return element;
  }
  ADD_FAILURE() << platform.name() << " has no element " << name;
  return platform.elements(0);
}

double PjPerByte(const v1::Platform& platform, const std::string& memory) {
  for (const v1::Memory& entry : platform.memories()) {
    if (entry.name() == memory) return 1e-6 * entry.energy_aj_per_byte();
  }
  ADD_FAILURE() << platform.name() << " has no memory " << memory;
  return 0;
}

// An array's cell: the multiply-accumulate and its registers, two operations.
TEST_F(TechnologyTest, SystolicCellsAreAMacAndAsMuchForRegisters) {
  const std::map<std::string, int> platforms = {{"npu_16x16", 28},
                                                {"edge_tpu_class", 16}};
  for (const auto& [name, nm] : platforms) {
    ASSERT_OK_AND_ASSIGN(const v1::Platform platform, Opened().Platform(name));
    const auto& types = ElementOf(platform, "npu").systolic().types();
    ASSERT_EQ(types.size(), 1);
    ExpectDigits(1e-6 * types[0].energy_aj_per_op(),
                 2 * Pj(nm, "macs.int8") / 2, name);
  }
}

TEST_F(TechnologyTest, Npu16x16ReadsOneMegabyteMemories) {
  ASSERT_OK_AND_ASSIGN(const v1::Platform npu, Opened().Platform("npu_16x16"));
  ExpectDigits(PjPerByte(npu, "sram"), Pj(28, "storage.sram_1m"), "sram");
}

// 256 cells, registers as large as the arithmetic.
TEST_F(TechnologyTest, Npu16x16sArrayHasTheTablesArea) {
  ASSERT_OK_AND_ASSIGN(const v1::Platform npu, Opened().Platform("npu_16x16"));
  EXPECT_EQ(ElementOf(npu, "npu").area_um2(),
            256 * 2 * table_.nodes(2).macs(0).area_um2());
}

TEST_F(TechnologyTest, TheEdgeTpuClassReadsABankTwoMillimetresAway) {
  ASSERT_OK_AND_ASSIGN(const v1::Platform tpu,
                       Opened().Platform("edge_tpu_class"));
  ExpectDigits(PjPerByte(tpu, "sram"),
               Pj(16, "storage.sram_1m") + 2 * Pj(16, "wire"), "sram");
  // 4096 cells, registers as large as the arithmetic.
  EXPECT_EQ(ElementOf(tpu, "npu").area_um2(),
            4096 * 2 * table_.nodes(4).macs(0).area_um2());
  // 8192 KiB: leakage of the active state.
  for (const v1::PowerDomain& domain : tpu.domains()) {
    if (domain.name() != "sram") continue;
    ExpectDigits(1e-9 * domain.states(0).leakage_power_nw(),
                 8192 * 1e-9 * table_.nodes(4).sram_leakage_power_nw(),
                 "sram leakage");
  }
}

// What a memory's source says it took from the table, it took.
TEST_F(TechnologyTest, DramEnergiesAreThoseOfTheClassThatTheirSourcesName) {
  const io::Catalog catalog = Opened();
  int named = 0;
  for (const std::string& name : catalog.platform_names()) {
    ASSERT_OK_AND_ASSIGN(const v1::Platform platform, catalog.Platform(name));
    for (const v1::Source& source : platform.sources()) {
      if (source.path() != "memories.dram.energy") continue;
      for (const v1::DramClass& dram : table_.dram()) {
        const std::string phrase = " " + dram.name() + " of technology.yaml; ";
        if (source.text().find(phrase) == std::string::npos) continue;
        EXPECT_EQ(PjPerByte(platform, "dram"), 1e-6 * dram.energy_aj_per_byte())
            << name;
        ++named;
      }
    }
  }
  EXPECT_GE(named, 10);
}

class MulticoreTest : public TechnologyTest {
 protected:
  void SetUp() override {
    TechnologyTest::SetUp();
    ASSERT_OK_AND_ASSIGN(mesh_, Opened().Platform("multicore_3x3"));
  }
  v1::Platform mesh_;
};

// A multiply-accumulate with its two operands from a register file, and as
// much for instructions: twice, over two operations.
TEST_F(MulticoreTest, EveryTileComputesAtTheTablesEnergy) {
  ASSERT_EQ(mesh_.elements_size(), 9);
  const double word = Pj(28, "storage.register_file");
  for (const auto& element : mesh_.elements()) {
    const auto& rates = element.mcu().rates();
    ASSERT_EQ(rates.size(), 2);
    ExpectDigits(1e-6 * rates[0].energy_aj_per_op(),
                 Pj(28, "macs.fp32") + 8 * word, element.name());
    ExpectDigits(1e-6 * rates[1].energy_aj_per_op(),
                 Pj(28, "macs.int8") + 2 * word, element.name());
  }
}

// 512 KiB, and twice the arithmetic: 16 multipliers of int8 and 2 of fp32.
TEST_F(MulticoreTest, EveryTileHasTheTablesArea) {
  const v1::ProcessNode& n28 = table_.nodes(2);
  const int64_t arithmetic =
      16 * n28.macs(0).area_um2() + 2 * n28.macs(3).area_um2();
  for (const auto& element : mesh_.elements()) {
    EXPECT_EQ(element.area_um2(), 512 * n28.sram_area_um2() + 2 * arithmetic)
        << element.name();
  }
}

TEST_F(MulticoreTest, EveryTilesMemoryIsBetweenTwoOfTheTable) {
  const double want = LogInterpolated(32, Pj(28, "storage.sram_32k"), 1024,
                                      Pj(28, "storage.sram_1m"), 512);
  ASSERT_EQ(mesh_.memories_size(), 9);
  for (const v1::Memory& memory : mesh_.memories()) {
    EXPECT_EQ(memory.capacity_bytes(), 512 * 1024);
    ExpectDigits(1e-6 * memory.energy_aj_per_byte(), want, memory.name());
  }
}

// Row and column of a tile: `cpu` is at 0, 0, `core_12` at 1, 2.
std::pair<int, int> PlaceOf(const std::string& element) {
  if (element == "cpu") return {0, 0};
  return {element[5] - '0', element[6] - '0'};
}

TEST_F(MulticoreTest, EveryPairOfTilesHasALinkOfItsHops) {
  ASSERT_EQ(mesh_.links_size(), 36);  // 9 * 8 / 2
  for (const v1::Link& link : mesh_.links()) {
    const auto [row_a, column_a] = PlaceOf(link.between(0));
    const auto [row_b, column_b] = PlaceOf(link.between(1));
    const int hops = std::abs(row_a - row_b) + std::abs(column_a - column_b);
    EXPECT_EQ(link.latency_ps(), 40'000 + 4'000 * hops) << link.name();
    EXPECT_EQ(link.bandwidth_bytes_per_s(), 2'000'000'000) << link.name();
    ExpectDigits(1e-6 * link.energy_aj_per_byte(), hops * Pj(28, "hop"),
                 link.name());
  }
}

}  // namespace
}  // namespace dynarch::catalog

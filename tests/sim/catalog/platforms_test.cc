// What every platform of the catalogue must be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "dynarch/v1/platform.pb.h"
#include "sim/graph/data_type.h"
#include "sim/io/catalog.h"
#include "sim/platform/platform.h"
#include "sim/wire/platform_wire.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::catalog {
namespace {

using platform::Platform;
using platform::PowerStateKind;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::StartsWith;

const char kFolder[] = DYNARCH_SOURCE_DIR "/sim/catalog";

v1::Platform Message(const std::string& name) {
  auto catalog = io::Catalog::Open(kFolder);
  EXPECT_OK(catalog);
  auto message = catalog->Platform(name);
  EXPECT_OK(message);
  return *std::move(message);
}

Platform Checked(const std::string& name) {
  auto platform = wire::PlatformFrom(Message(name));
  EXPECT_OK(platform);
  return *std::move(platform);
}

std::vector<std::string> PlatformNames() {
  const auto catalog = io::Catalog::Open(kFolder);
  EXPECT_OK(catalog);
  return catalog->platform_names();
}

TEST(CatalogTest, HasThePlatforms) {
  EXPECT_THAT(PlatformNames(), IsSupersetOf({"andes_d25",
                                             "edge_tpu_class",
                                             "gap9",
                                             "jetson_agx_orin",
                                             "jetson_agx_xavier",
                                             "jetson_nano",
                                             "jetson_tx2",
                                             "jetson_xavier_nx",
                                             "multicore_3x3",
                                             "npu_16x16",
                                             "nrf5340",
                                             "odroid_n2_plus",
                                             "ra6m4",
                                             "raspberry_pi_3b_plus",
                                             "raspberry_pi_4",
                                             "raspberry_pi_5",
                                             "rk3399",
                                             "rk3588s",
                                             "snapdragon_855plus",
                                             "stm32f746",
                                             "stm32h743",
                                             "stm32l4r5",
                                             "stm32u575",
                                             "syntiant_ndp120"}));
}

// A name in one platform's operating points would be shared by accident: the
// explored domain is the union of the names.
TEST(CatalogTest, OperatingPointsOfDifferentPlatformsHaveDifferentNames) {
  ASSERT_OK_AND_ASSIGN(const io::Catalog catalog, io::Catalog::Open(kFolder));
  std::set<std::string> names;
  for (const std::string& name : catalog.platform_names()) {
    const Platform platform = Checked(name);
    for (const auto& point : platform.operating_points()) {
      EXPECT_TRUE(names.insert(point.name).second) << point.name;
    }
  }
}

class PlatformTest : public ::testing::TestWithParam<std::string> {};

TEST_P(PlatformTest, EveryNumberHasASource) {
  EXPECT_THAT(io::UncoveredNumbers(Message(GetParam())), IsEmpty());
}

TEST_P(PlatformTest, WithoutAnyOneOfItsSourcesANumberHasNone) {
  const v1::Platform message = Message(GetParam());
  ASSERT_GT(message.sources_size(), 10);
  for (int i = 0; i < message.sources_size(); ++i) {
    v1::Platform without = message;
    without.mutable_sources()->DeleteSubrange(i, 1);
    EXPECT_THAT(io::UncoveredNumbers(without), Not(IsEmpty()))
        << message.sources(i).path();
  }
}

// The first word says how the numbers under a path are known
// (docs/catalogue.md). What stands as read or designed must not lean on an
// assumption further down.
TEST_P(PlatformTest, EverySourceSaysHowItsNumbersAreKnown) {
  const v1::Platform message = Message(GetParam());
  for (const v1::Source& source : message.sources()) {
    const std::string& text = source.text();
    EXPECT_GE(text.size(), 15u) << source.path();
    EXPECT_THAT(text, AnyOf(StartsWith("Read: "), StartsWith("Derived: "),
                            StartsWith("Design: "), StartsWith("Assumed: "),
                            StartsWith("Assumed in part. ")))
        << source.path();
    if (absl::StartsWith(text, "Read: ") ||
        absl::StartsWith(text, "Derived: ")) {
      EXPECT_THAT(text, Not(HasSubstr("ssumed"))) << source.path();
      EXPECT_THAT(text, Not(HasSubstr("remembered"))) << source.path();
    }
    EXPECT_THAT(text, Not(HasSubstr("published"))) << source.path();
  }
}

// Otherwise the platforms of a study could not be compared (SEMANTICS 8).
TEST_P(PlatformTest, EnergyIsOfTheChipAndItsMemory) {
  EXPECT_EQ(Checked(GetParam()).scope(), platform::EnergyScope::kSoc);
}

TEST_P(PlatformTest, ElementsHaveTheNamesThatStudiesUse) {
  const Platform platform = Checked(GetParam());
  for (const auto& element : platform.elements()) {
    EXPECT_THAT(element.name, AnyOf("cpu", "gpu", "npu", "cluster", "little",
                                    StartsWith("core_")));
  }
  EXPECT_EQ(platform.elements()[platform.host()].name, "cpu");
}

TEST_P(PlatformTest, EveryElementIsLinkedToTheHost) {
  const Platform platform = Checked(GetParam());
  for (int i = 0; i < static_cast<int>(platform.elements().size()); ++i) {
    if (i == platform.host()) continue;
    EXPECT_TRUE(platform.LinkBetween(platform.host(), i).has_value());
  }
}

// A deeper state draws less, takes longer to leave, and pays at some length of
// idleness.
TEST_P(PlatformTest, DeeperStatesDrawLessAtEveryPoint) {
  const Platform platform = Checked(GetParam());
  for (const auto& point : platform.operating_points()) {
    for (size_t d = 0; d < platform.domains().size(); ++d) {
      const auto& domain = platform.domains()[d];
      for (size_t s = 1; s < domain.states.size(); ++s) {
        const auto& shallow = domain.states[s - 1];
        const auto& deep = domain.states[s];
        EXPECT_LT(StatePower(domain, deep, point.domains[d]),
                  StatePower(domain, shallow, point.domains[d]))
            << domain.name << " at " << point.name;
        EXPECT_GT(deep.exit, shallow.exit) << domain.name;
        EXPECT_GT(deep.exit_energy, shallow.exit_energy) << domain.name;
      }
    }
  }
}

TEST_P(PlatformTest, EveryDomainCanStopItsClock) {
  const Platform platform = Checked(GetParam());
  for (const auto& domain : platform.domains()) {
    EXPECT_TRUE(domain.Has(PowerStateKind::kClockGated)) << domain.name;
  }
}

TEST_P(PlatformTest, ReferencesAreAnOperatingPoint) {
  const Platform platform = Checked(GetParam());
  const auto& first = platform.operating_points()[0];
  for (size_t d = 0; d < platform.domains().size(); ++d) {
    EXPECT_EQ(first.domains[d].frequency,
              platform.domains()[d].reference_frequency);
    EXPECT_EQ(first.domains[d].voltage,
              platform.domains()[d].reference_voltage);
  }
}

INSTANTIATE_TEST_SUITE_P(All, PlatformTest,
                         ::testing::ValuesIn(PlatformNames()),
                         [](const auto& info) { return info.param; });

const platform::Roofline* RooflineOf(const Platform& platform,
                                     absl::string_view element) {
  const auto& kind = platform.elements()[*platform.ElementNamed(element)].kind;
  return std::visit(
      [](const auto& k) -> const platform::Roofline* {
        if constexpr (requires { k.roofline; }) {
          return &k.roofline;
        } else {
          return nullptr;
        }
      },
      kind);
}

// Operations per cycle; 0 if the element has no such type.
double RateOf(const platform::Roofline& roofline, graph::DataType dtype) {
  for (const auto& rate : roofline.rates) {
    if (rate.dtype == static_cast<int>(dtype)) {
      return static_cast<double>(rate.ops_per_cycle.numerator) /
             static_cast<double>(rate.ops_per_cycle.denominator);
    }
  }
  return 0;
}

struct Int8Case {
  std::string platform;
  std::string element;
  double least;
  double most;
};
class Int8Test : public ::testing::TestWithParam<Int8Case> {};

TEST_P(Int8Test, IsFasterThanFp32ByTheExpectedFactor) {
  const Platform platform = Checked(GetParam().platform);
  const platform::Roofline* roofline = RooflineOf(platform, GetParam().element);
  ASSERT_NE(roofline, nullptr);
  const double factor = RateOf(*roofline, graph::DataType::kInt8) /
                        RateOf(*roofline, graph::DataType::kFp32);
  EXPECT_GE(factor, GetParam().least);
  EXPECT_LE(factor, GetParam().most);
}

// Cortex-A76: the dot product of 8-bit lanes, four times as many of them.
// Cortex-M33 and M7: as M4. Cortex-A57 and A72: 2.5, measured. Carmel: slower
// in int8, measured. Volta: 48 tensor cores x 256 against 384 cores x 2.
// Cortex-M4: 9 cycles against 1.6 per multiply-accumulate. GAP9: 1.6
// multiply-accumulates per cycle against one in 3 cycles; NE16 against four
// floating-point units.
INSTANTIATE_TEST_SUITE_P(
    All, Int8Test,
    ::testing::ValuesIn<Int8Case>({{"jetson_tx2", "cpu", 2, 3},
                                   {"raspberry_pi_4", "cpu", 2, 3},
                                   {"raspberry_pi_5", "cpu", 4, 4},
                                   {"stm32u575", "cpu", 4, 7},
                                   {"stm32f746", "cpu", 4, 7},
                                   {"jetson_xavier_nx", "cpu", 0.8, 0.9},
                                   {"jetson_xavier_nx", "gpu", 16, 16},
                                   {"stm32l4r5", "cpu", 5, 6},
                                   {"gap9", "cpu", 4, 6},
                                   {"gap9", "cluster", 30, 40},
                                   {"npu_16x16", "cpu", 4, 4}}),
    [](const auto& info) {
      return info.param.platform + "_" + info.param.element;
    });

// Compute capability 6.2 has no int8 in TensorRT.
TEST(JetsonTx2Test, TheGpuRunsNoInt8) {
  const Platform platform = Checked("jetson_tx2");
  EXPECT_EQ(RateOf(*RooflineOf(platform, "gpu"), graph::DataType::kInt8), 0);
}

TEST(Npu16x16Test, TheArrayRunsOnlyInt8) {
  const Platform platform = Checked("npu_16x16");
  const auto& npu = std::get<platform::Systolic>(
      platform.elements()[*platform.ElementNamed("npu")].kind);
  ASSERT_EQ(npu.types.size(), 1u);
  EXPECT_EQ(npu.types[0].dtype, static_cast<int>(graph::DataType::kInt8));
}

}  // namespace
}  // namespace dynarch::catalog

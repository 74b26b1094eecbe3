#include "sim/wire/platform_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/sim/wire/study_text.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::wire {
namespace {

using ::dynarch::testing::StatusIs;

TEST(PlatformWireTest, NumbersAndNamesAreResolved) {
  ASSERT_OK_AND_ASSIGN(const platform::Platform platform,
                       PlatformFrom(SmallPlatform("p", kNpu)));
  EXPECT_EQ(platform.name(), "p");
  EXPECT_EQ(platform.scope(), platform::EnergyScope::kSoc);
  EXPECT_EQ(platform.host(), 0);
  const auto& cpu = std::get<platform::Cpu>(platform.elements()[0].kind);
  ASSERT_EQ(cpu.roofline.rates.size(), 1u);
  EXPECT_EQ(cpu.roofline.rates[0].ops_per_cycle,
            (platform::PerCycle{25, 10}));  // 2.5
  ASSERT_EQ(cpu.roofline.shares.size(), 4u);
  EXPECT_EQ(cpu.roofline.shares[0], (platform::PerCycle{5, 10}));
  EXPECT_EQ(cpu.roofline.shares[3], (platform::PerCycle{1, 1}));
  EXPECT_EQ(cpu.roofline.call_overhead, Picoseconds(1'000'000));
  const auto& npu = std::get<platform::Systolic>(platform.elements()[1].kind);
  EXPECT_EQ(npu.dataflow, platform::Systolic::Dataflow::kWeight);
  EXPECT_EQ(npu.synchronize, Picoseconds(2'000));
  EXPECT_EQ(platform.LinkBetween(1, 0), 0);
  EXPECT_FALSE(platform.links()[0].bandwidth.has_value());
  EXPECT_EQ(platform.operating_points()[1].domains[0].frequency,
            Hertz(50'000'000));
}

// The message of the platform of a message is the message: every field is
// carried both ways. `platform` sets all of them.
void ExpectRoundTrip(const v1::Platform& message) {
  ASSERT_OK_AND_ASSIGN(const platform::Platform platform,
                       PlatformFrom(message));
  EXPECT_EQ(ToMessage(platform).DebugString(), message.DebugString());
}

TEST(PlatformWireTest, EveryKindOfElementSurvives) {
  v1::Platform message = SmallPlatform("p", kNpu);
  message.MergeFrom(Parse<v1::Platform>(R"pb(
    description: "d"
    elements {
      name: "mcu"
      domain: "core"
      memory: "ram"
      mcu {
        cores: 9
        rates { dtype: INT8 ops_per_cycle: "16" energy_aj_per_op: 3 }
        rates { dtype: FP16 ops_per_cycle: "0.125" energy_aj_per_op: 4 }
        call_overhead_ps: 5
        synchronize_ps: 6
      }
      area_um2: 77
    }
    elements {
      name: "gpu"
      domain: "core"
      memory: "ram"
      gpu {
        multiprocessors: 2
        rates { dtype: FP32 ops_per_cycle: "512" energy_aj_per_op: 7 }
        efficiencies { operator_class: DEPTHWISE share: "0.1" }
        efficiencies { operator_class: OTHER share: "0.25" }
        launch_ps: 8
        synchronize_ps: 9
      }
    }
    elements {
      name: "table"
      domain: "core"
      memory: "ram"
      table {
        entries { network: "n" stage: "a" dtype: FP32 time_ps: 10 }
        entries {
          network: "n"
          stage: "b"
          dtype: INT8
          time_ps: 11
          energy_fj: 12
        }
      }
    }
    links {
      name: "dma"
      between: "cpu"
      between: "gpu"
      latency_ps: 13
      bandwidth_bytes_per_s: 14
      energy_aj_per_byte: 15
    }
    overhead_power_nw: 16
    sources { path: "elements" text: "made up" }
  )pb"));
  message.mutable_domains(0)->mutable_states(1)->set_entry_ps(17);
  message.mutable_domains(0)->mutable_states(1)->set_entry_energy_fj(18);
  message.mutable_domains(0)->mutable_states(1)->set_exit_energy_fj(19);
  ExpectRoundTrip(message);
}

TEST(PlatformWireTest, StatesMayBeListedInAnyOrder) {
  v1::Platform message = SmallPlatform("p");
  message.mutable_domains(0)->mutable_states()->SwapElements(0, 1);
  ASSERT_OK_AND_ASSIGN(const platform::Platform platform,
                       PlatformFrom(message));
  EXPECT_EQ(platform.domains()[0].states[0].kind,
            platform::PowerStateKind::kActive);
}

struct BadPlatform {
  std::string name;
  std::function<void(v1::Platform*)> change;
  std::string message;
};
void PrintTo(const BadPlatform& bad, std::ostream* out) { *out << bad.name; }

class BadPlatformTest : public ::testing::TestWithParam<BadPlatform> {};

TEST_P(BadPlatformTest, IsRefusedAtItsField) {
  v1::Platform message = SmallPlatform("p", kNpu);
  GetParam().change(&message);
  EXPECT_THAT(PlatformFrom(message),
              StatusIs(absl::StatusCode::kInvalidArgument, GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Wire, BadPlatformTest,
    ::testing::ValuesIn(std::vector<BadPlatform>{
        {"name", [](v1::Platform* p) { p->set_name("9x"); },
         "name: '9x' is no name; a name is a letter or '_', then letters, "
         "digits and '_'"},
        {"scope", [](v1::Platform* p) { p->clear_scope(); }, "scope: missing"},
        {"host", [](v1::Platform* p) { p->set_host("cpv"); },
         "host: unknown element 'cpv'; allowed: cpu, npu; did you mean "
         "'cpu'?"},
        {"domain",
         [](v1::Platform* p) { p->mutable_elements(0)->set_domain("cores"); },
         "elements.cpu.domain: unknown domain 'cores'; allowed: core; did you "
         "mean 'core'?"},
        {"memory",
         [](v1::Platform* p) { p->mutable_elements(0)->set_memory("rom"); },
         "elements.cpu.memory: unknown memory 'rom'; allowed: ram; did you "
         "mean 'ram'?"},
        {"no_kind",
         [](v1::Platform* p) { p->mutable_elements(0)->clear_cpu(); },
         "elements.cpu: no kind; one of cpu, mcu, gpu, systolic, table is "
         "needed"},
        {"rate_word",
         [](v1::Platform* p) {
           p->mutable_elements(0)
               ->mutable_cpu()
               ->mutable_rates(0)
               ->set_ops_per_cycle("fast");
         },
         "elements.cpu.cpu.rates.fp32.ops_per_cycle: got 'fast'; a decimal "
         "number is needed"},
        {"rate_too_fine",
         [](v1::Platform* p) {
           p->mutable_elements(0)
               ->mutable_cpu()
               ->mutable_rates(0)
               ->set_ops_per_cycle("1e-13");
         },
         "elements.cpu.cpu.rates.fp32.ops_per_cycle: got '1e-13'; at most 12 "
         "digits after the point are allowed"},
        {"rate_too_large",
         [](v1::Platform* p) {
           p->mutable_elements(0)
               ->mutable_cpu()
               ->mutable_rates(0)
               ->set_ops_per_cycle("1e30");
         },
         "elements.cpu.cpu.rates.fp32.ops_per_cycle: got '1e30'; is too "
         "large"},
        {"share_twice",
         [](v1::Platform* p) {
           v1::Cpu* cpu = p->mutable_elements(0)->mutable_cpu();
           *cpu->add_efficiencies() = cpu->efficiencies(0);
         },
         "elements.cpu.cpu.efficiencies.conv2d: is given twice"},
        {"dataflow",
         [](v1::Platform* p) {
           p->mutable_elements(1)->mutable_systolic()->clear_dataflow();
         },
         "elements.npu.systolic.dataflow: missing"},
        {"link_to_one",
         [](v1::Platform* p) {
           p->mutable_links(0)->mutable_between()->RemoveLast();
         },
         "links.bus.between: got 1 names; exactly two elements are needed"},
        {"link_to_unknown",
         [](v1::Platform* p) { p->mutable_links(0)->set_between(1, "gpu"); },
         "links.bus.between[1]: unknown element 'gpu'; allowed: cpu, npu; did "
         "you mean 'cpu'?"},
        {"point_leaves_out",
         [](v1::Platform* p) {
           p->mutable_operating_points(0)->clear_domains();
         },
         "operating_points.nominal.domains: leaves out 'core'; every domain "
         "needs its setting"},
        {"point_of_unknown_domain",
         [](v1::Platform* p) {
           p->mutable_operating_points(0)->mutable_domains(0)->set_domain(
               "soc");
         },
         "operating_points.nominal.domains.soc: unknown domain 'soc'; "
         "allowed: core"},
        {"point_twice",
         [](v1::Platform* p) {
           auto* point = p->mutable_operating_points(0);
           *point->add_domains() = point->domains(0);
         },
         "operating_points.nominal.domains.core: is given twice"},
    }),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace dynarch::wire

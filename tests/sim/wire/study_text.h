// A small complete study as text, for the tests of sim/wire: messages in
// protobuf's text format, so that no YAML is needed.
#ifndef DYNARCH_TESTS_SIM_WIRE_STUDY_TEXT_H_
#define DYNARCH_TESTS_SIM_WIRE_STUDY_TEXT_H_

#include <string>

#include "dynarch/v1/study.pb.h"
#include "sim/behavior/trace.h"
#include "tests/sim/wire/network_text.h"

namespace dynarch::wire {

// One CPU; `more` adds to it.
inline v1::Platform SmallPlatform(const std::string& name,
                                  const std::string& more = "") {
  v1::Platform platform = Parse<v1::Platform>(R"pb(
    scope: SOC
    host: "cpu"
    elements {
      name: "cpu"
      domain: "core"
      memory: "ram"
      cpu {
        cores: 2
        rates { dtype: FP32 ops_per_cycle: "2.5" energy_aj_per_op: 1000 }
        efficiencies { operator_class: CONV2D share: "0.5" }
        call_overhead_ps: 1000000
      }
    }
    memories {
      name: "ram"
      capacity_bytes: 1048576
      domain: "core"
      bytes_per_cycle: "4"
      energy_aj_per_byte: 20000
    }
    domains {
      name: "core"
      reference_voltage_uv: 1000000
      reference_frequency_hz: 100000000
      states { kind: ACTIVE leakage_power_nw: 1000 clock_power_nw: 2000 }
      states { kind: CLOCK_GATED leakage_power_nw: 1000 exit_ps: 500 }
    }
    operating_points {
      name: "nominal"
      domains { domain: "core" frequency_hz: 100000000 voltage_uv: 1000000 }
    }
  )pb");
  platform.set_name(name);
  platform.MergeFrom(Parse<v1::Platform>(more));
  return platform;
}

inline constexpr char kNpu[] = R"pb(
  elements {
    name: "npu"
    domain: "core"
    memory: "ram"
    systolic {
      rows: 8
      columns: 8
      dataflow: WEIGHT_STATIONARY
      types { dtype: INT8 energy_aj_per_op: 100 }
      vector_ops_per_cycle: "8"
      synchronize_ps: 2000
    }
  }
  links { name: "bus" between: "cpu" between: "npu" latency_ps: 100 }
  operating_points {
    name: "slow"
    domains { domain: "core" frequency_hz: 50000000 voltage_uv: 900000 }
  }
)pb";

inline v1::StudySpec SmallStudy() {
  v1::StudySpec study = Parse<v1::StudySpec>(R"pb(
    behavior { trace { file: "t.csv" } }
    workload {
      arrivals { periodic { period_ps: 1000000000 } }
      deadline_ps: 1000000000
      inferences: 100
      seed: 7
    }
    space {
      path: "platform"
      domain {
        values { text: "plain" }
        values { text: "fast" }
      }
    }
    space {
      path: "network.dtype"
      domain {
        values { text: "fp32" }
        values { text: "int8" }
      }
    }
    space {
      path: "decisions.early.threshold"
      domain {
        from: "0.50"
        to: "1.00"
        step: "0.25"
        also { text: "never" }
      }
    }
    space {
      path: "mapping.stages"
      domain {
        each {
          values { text: "cpu" }
          values { text: "npu" }
        }
      }
    }
    space {
      path: "policy.operating_point"
      domain { each { values { text: "operating_points" } } }
    }
    space {
      path: "policy.power"
      domain {
        values { text: "always_on" }
        values { power_gate { timeout_ps: 1000000000 } }
      }
    }
    objectives { metric: "accuracy" direction: MAXIMIZE }
    objectives { metric: "latency_p99_s" direction: MINIMIZE }
    constraints: "deadline_miss_ratio <= 0.1 %"
  )pb");
  *study.mutable_network()->mutable_definition() = SmallNetwork();
  *study.add_platforms() = SmallPlatform("plain");
  *study.add_platforms() = SmallPlatform("fast", kNpu);
  return study;
}

// One sample per data type, split `select`.
inline behavior::Trace SmallTrace() {
  behavior::Trace trace;
  trace.exits = {"early", "late"};
  trace.weights_sha256 = "aa";
  for (const graph::DataType dtype :
       {graph::DataType::kFp32, graph::DataType::kInt8}) {
    behavior::TraceSlice slice;
    slice.split = "select";
    slice.dtype = dtype;
    slice.samples = {4};
    slice.predicted = {1, 2};
    slice.signal(graph::Signal::kMaxProbability) = {0.5, 0.9};
    slice.signal(graph::Signal::kEntropy) = {0.7, 0.1};
    slice.signal(graph::Signal::kMargin) = {0.2, 0.8};
    slice.correct = {0, 1};
    trace.slices.push_back(std::move(slice));
  }
  return trace;
}

}  // namespace dynarch::wire

#endif  // DYNARCH_TESTS_SIM_WIRE_STUDY_TEXT_H_

// platform::Platform into v1.Platform.
#include <string>
#include <variant>

#include "sim/wire/platform_fields.h"
#include "sim/wire/platform_wire.h"
#include "sim/wire/runtime_wire.h"

namespace dynarch::wire {
namespace {

using platform::PerCycle;

template <typename Message>
void WriteRoofline(const platform::Roofline& roofline, Message* message) {
  for (const platform::ComputeRate& rate : roofline.rates) {
    v1::ComputeRate* out = message->add_rates();
    out->set_dtype(EnumOf<v1::DataType>(rate.dtype));
    out->set_ops_per_cycle(DecimalText(rate.ops_per_cycle));
    out->set_energy_aj_per_op(rate.energy_per_op.value());
  }
  for (size_t i = 0; i < roofline.shares.size(); ++i) {
    if (roofline.shares[i] == PerCycle{1, 1}) continue;
    v1::Efficiency* out = message->add_efficiencies();
    out->set_operator_class(EnumOf<v1::Efficiency::OperatorClass>(i));
    out->set_share(DecimalText(roofline.shares[i]));
  }
}

// Writes one kind into an element.
struct KindWriter {
  v1::ProcessingElement* element;

  void operator()(const platform::Cpu& cpu) const {
    v1::Cpu* out = element->mutable_cpu();
    out->set_cores(cpu.cores);
    WriteRoofline(cpu.roofline, out);
    out->set_call_overhead_ps(cpu.roofline.call_overhead.value());
    for (const platform::Cache& cache : cpu.caches) {
      v1::Cache* level = out->add_caches();
      level->set_name(cache.name);
      level->set_capacity_bytes(cache.capacity.value());
      level->set_bytes_per_cycle(DecimalText(cache.bytes_per_cycle));
      level->set_energy_aj_per_byte(cache.energy_per_byte.value());
      level->set_shared(cache.shared);
    }
    if (cpu.serial_share.numerator != 0) {
      out->set_serial_share(DecimalText(cpu.serial_share));
    }
  }
  void operator()(const platform::Mcu& mcu) const {
    v1::Mcu* out = element->mutable_mcu();
    out->set_cores(mcu.cores);
    WriteRoofline(mcu.roofline, out);
    out->set_call_overhead_ps(mcu.roofline.call_overhead.value());
    out->set_synchronize_ps(mcu.roofline.synchronize.value());
    out->set_dma(mcu.dma);
  }
  void operator()(const platform::Gpu& gpu) const {
    v1::Gpu* out = element->mutable_gpu();
    out->set_multiprocessors(gpu.multiprocessors);
    WriteRoofline(gpu.roofline, out);
    out->set_launch_ps(gpu.roofline.call_overhead.value());
    out->set_synchronize_ps(gpu.roofline.synchronize.value());
    out->set_tensor_cores(gpu.tensor_cores);
    out->set_l2_bytes(gpu.l2.value());
    if (gpu.blocks_per_multiprocessor != 1) {
      out->set_blocks_per_multiprocessor(gpu.blocks_per_multiprocessor);
    }
  }
  void operator()(const platform::Systolic& systolic) const {
    v1::Systolic* out = element->mutable_systolic();
    out->set_rows(static_cast<int32_t>(systolic.rows));
    out->set_columns(static_cast<int32_t>(systolic.columns));
    out->set_dataflow(EnumOf<v1::Systolic::Dataflow>(systolic.dataflow));
    for (const platform::ComputeRate& rate : systolic.types) {
      v1::SystolicType* type = out->add_types();
      type->set_dtype(EnumOf<v1::DataType>(rate.dtype));
      type->set_energy_aj_per_op(rate.energy_per_op.value());
    }
    out->set_vector_ops_per_cycle(DecimalText(systolic.vector_ops_per_cycle));
    out->set_call_overhead_ps(systolic.call_overhead.value());
    out->set_synchronize_ps(systolic.synchronize.value());
  }
  void operator()(const platform::Table& table) const {
    v1::Table* out = element->mutable_table();
    for (const platform::TableEntry& entry : table.entries) {
      v1::TableEntry* row = out->add_entries();
      row->set_network(entry.network);
      row->set_stage(entry.stage);
      row->set_dtype(EnumOf<v1::DataType>(entry.dtype));
      row->set_time_ps(entry.time.value());
      if (entry.energy.has_value()) {
        row->set_energy_fj(entry.energy->value());
      }
    }
  }
};

void WriteElements(const platform::Platform& platform, v1::Platform* message) {
  for (const platform::ProcessingElement& element : platform.elements()) {
    v1::ProcessingElement* out = message->add_elements();
    out->set_name(element.name);
    out->set_domain(platform.domains()[element.domain].name);
    out->set_memory(platform.memories()[element.memory].name);
    std::visit(KindWriter{out}, element.kind);
    out->set_area_um2(element.area.value());
    if (element.weight_memory.has_value()) {
      out->set_weight_memory(platform.memories()[*element.weight_memory].name);
    }
    if (element.runtime.has_value()) {
      *out->add_runtimes() = RuntimeMessage(*element.runtime);
    }
    if (element.threads != 1) out->set_threads(element.threads);
  }
}

void WriteMemories(const platform::Platform& platform, v1::Platform* message) {
  for (const platform::Memory& memory : platform.memories()) {
    v1::Memory* out = message->add_memories();
    out->set_name(memory.name);
    out->set_capacity_bytes(memory.capacity.value());
    out->set_domain(platform.domains()[memory.domain].name);
    out->set_bytes_per_cycle(DecimalText(memory.bytes_per_cycle));
    out->set_energy_aj_per_byte(memory.energy_per_byte.value());
    for (const platform::WaitState& state : memory.wait_states) {
      v1::WaitState* row = out->add_wait_states();
      row->set_above_hz(state.above.value());
      row->set_cycles(state.cycles);
    }
  }
}

void WriteLinks(const platform::Platform& platform, v1::Platform* message) {
  for (const platform::Link& link : platform.links()) {
    v1::Link* out = message->add_links();
    out->set_name(link.name);
    out->add_between(platform.elements()[link.first].name);
    out->add_between(platform.elements()[link.second].name);
    out->set_latency_ps(link.latency.value());
    if (link.bandwidth.has_value()) {
      out->set_bandwidth_bytes_per_s(link.bandwidth->value());
    }
    out->set_energy_aj_per_byte(link.energy_per_byte.value());
  }
}

void WriteDomains(const platform::Platform& platform, v1::Platform* message) {
  for (const platform::PowerDomain& domain : platform.domains()) {
    v1::PowerDomain* out = message->add_domains();
    out->set_name(domain.name);
    out->set_reference_voltage_uv(domain.reference_voltage.value());
    out->set_reference_frequency_hz(domain.reference_frequency.value());
    for (const platform::PowerState& state : domain.states) {
      v1::PowerState* row = out->add_states();
      row->set_kind(EnumOf<v1::PowerState::Kind>(state.kind));
      row->set_leakage_power_nw(state.leakage.value());
      row->set_clock_power_nw(state.clock.value());
      row->set_entry_ps(state.entry.value());
      row->set_exit_ps(state.exit.value());
      row->set_entry_energy_fj(state.entry_energy.value());
      row->set_exit_energy_fj(state.exit_energy.value());
    }
  }
}

void WritePoints(const platform::Platform& platform, v1::Platform* message) {
  for (const platform::OperatingPoint& point : platform.operating_points()) {
    v1::OperatingPoint* out = message->add_operating_points();
    out->set_name(point.name);
    for (size_t i = 0; i < point.domains.size(); ++i) {
      v1::DomainPoint* domain = out->add_domains();
      domain->set_domain(platform.domains()[i].name);
      domain->set_frequency_hz(point.domains[i].frequency.value());
      domain->set_voltage_uv(point.domains[i].voltage.value());
    }
  }
}

}  // namespace

v1::Platform ToMessage(const platform::Platform& platform) {
  v1::Platform message;
  message.set_name(platform.name());
  message.set_description(platform.parts().description);
  message.set_scope(EnumOf<v1::EnergyScope>(platform.scope()));
  message.set_host(platform.elements()[platform.host()].name);
  WriteElements(platform, &message);
  WriteMemories(platform, &message);
  WriteLinks(platform, &message);
  WriteDomains(platform, &message);
  WritePoints(platform, &message);
  message.set_overhead_power_nw(platform.overhead_power().value());
  for (const platform::Source& source : platform.parts().sources) {
    v1::Source* out = message.add_sources();
    out->set_path(source.path);
    out->set_text(source.text);
  }
  return message;
}

}  // namespace dynarch::wire

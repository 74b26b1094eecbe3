"""Writes measured stage times as a Dynarch platform with a table element."""

import intervals

_TEMPLATE = """\
# Made by client/python/measure_host.py; not edited by hand.
name: host
description: "{cpu}, {runtime}, one thread, batch 1"
scope: core
host: cpu
elements:
  cpu:
    domain: cpu
    memory: dram
    table:
      entries:
{entries}
memories:
  dram: {{capacity: {memory_kib} KiB, domain: cpu, bytes_per_cycle: 1}}
domains:
  cpu:
    reference_voltage: 1 V
    reference_frequency: {frequency}
    states: {{active: {{}}}}
operating_points:
  as_found:
    domains:
      cpu: {{frequency: {frequency}, voltage: 1 V}}
sources:
  elements.cpu.table: >-
    client/python/measure_host.py: median of {count} runs per stage, exit head,
    softmax and decision included; energy is absent, no counter is read
  memories.dram: >-
    capacity from /proc/meminfo; the rate is not measured and not read, since a
    table element costs what the table says
  domains.cpu: >-
    clock from /proc/cpuinfo; the voltage is not measured, and scales nothing:
    the only operating point is the reference
"""


def write(path, network, exits, stage_times, runtime):
    """Writes the platform. stage_times: [exit][run] in ns; the table holds
    the median, which a preempted run does not move."""
    entries = "\n".join(
        f"        - {{network: {network}, stage: {name}, dtype: fp32, "
        f"time: {intervals.median(times) / 1e3:.3f} us}}"
        for name, times in zip(exits, stage_times))
    text = _TEMPLATE.format(
        cpu=cpu_name(), runtime=runtime, entries=entries,
        memory_kib=_field("/proc/meminfo", "MemTotal", "0").split()[0],
        frequency=f"{_field('/proc/cpuinfo', 'cpu MHz', '1000')} MHz",
        count=len(stage_times[0]))
    with open(path, "w", encoding="ascii", newline="\n") as file:
        file.write(text)


def cpu_name():
    """Returns the CPU's name as the kernel tells it, or `unknown CPU`.

    Plain ASCII, and without what would end a quoted YAML text.
    """
    name = _field("/proc/cpuinfo", "model name", "unknown CPU")
    return "".join(c for c in name if 32 <= ord(c) < 127 and c not in '"\\')


def _field(path, key, default):
    """Returns the first value of `key: value` in a file of the kernel."""
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            for line in file:
                name, _, value = line.partition(":")
                if name.strip() == key:
                    return value.strip()
    except OSError:
        pass
    return default

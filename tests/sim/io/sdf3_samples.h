// Small SDF3 files for the tests of the reader and the writer, written here.
#ifndef DYNARCH_TESTS_SIM_IO_SDF3_SAMPLES_H_
#define DYNARCH_TESTS_SIM_IO_SDF3_SAMPLES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace dynarch::io {

// Two actors in a ring: a makes 2, b takes 3; b gives 3 back, a takes 2.
inline constexpr char kRing[] =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<sdf3 type="sdf" version="1.0">
  <applicationGraph name="ring">
    <sdf name="ring" type="Ring">
      <actor name="a" type="A">
        <port name="to_b" type="out" rate="2"/>
        <port name="from_b" type="in" rate="2"/>
      </actor>
      <actor name="b" type="B">
        <port name="from_a" type="in" rate="3"/>
        <port name="to_a" type="out" rate="3"/>
      </actor>
      <channel name="ab" srcActor="a" srcPort="to_b" dstActor="b" dstPort="from_a"/>
      <channel name="ba" srcActor="b" srcPort="to_a" dstActor="a" dstPort="from_b" initialTokens="6"/>
    </sdf>
    <sdfProperties>
      <actorProperties actor="a">
        <processor type="cpu" default="true"><executionTime time="5"/></processor>
      </actorProperties>
      <actorProperties actor="b">
        <processor type="cpu" default="true"><executionTime time="7"/></processor>
        <processor type="dsp" default="true"><executionTime time="2.5"/></processor>
        <processor type="gpu" default="false"><executionTime time="1"/></processor>
      </actorProperties>
      <channelProperties channel="ab">
        <tokenSize sz="512"/>
        <bufferSize sz="9"/>
      </channelProperties>
    </sdfProperties>
  </applicationGraph>
</sdf3>
)";

// A detector that chooses between two ways for a kernel.
inline constexpr char kChoice[] =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<sdf3 type="sadf" version="1.0" xmlns="uri:sadf">
  <sadf name="choice">
    <structure>
      <kernel name="k"/>
      <detector name="d"/>
      <channel name="kd" source="k" destination="d" type="data"/>
      <channel name="dk" source="d" destination="k" type="control"/>
    </structure>
    <properties>
      <kernel_properties kernel="k">
        <scenario name="small">
          <produce channel="kd" tokens="1"/>
          <profile execution_time="1.5" weight="3"/>
          <profile execution_time="2"/>
        </scenario>
        <scenario name="large">
          <produce channel="kd" tokens="1"/>
          <profile execution_time="7"/>
        </scenario>
      </kernel_properties>
      <detector_properties detector="d">
        <subscenario name="s">
          <consume channel="kd" tokens="1"/>
          <produce channel="dk" tokens="1" value="small"/>
        </subscenario>
        <subscenario name="large">
          <consume channel="kd" tokens="1"/>
          <produce channel="dk" tokens="1"/>
        </subscenario>
        <markov_chain initial_state="S">
          <state name="S" subscenario="s">
            <transition destination="S" weight="0.75"/>
            <transition destination="L" weight="0.25"/>
          </state>
          <state name="L" subscenario="large">
            <transition destination="S"/>
          </state>
        </markov_chain>
      </detector_properties>
      <channel_properties channel="kd" number_of_initial_tokens="1" buffer_size="4"/>
      <channel_properties channel="dk" initial_tokens="2*small,large"/>
    </properties>
  </sadf>
</sdf3>
)";

// `text` with the first `from` replaced; empty if it is not there, so that an
// edit which no longer edits fails its test.
inline std::string Edited(absl::string_view text, absl::string_view from,
                          absl::string_view to) {
  const size_t at = text.find(from);
  if (at == absl::string_view::npos) return "";
  std::string result(text);
  return result.replace(at, from.size(), std::string(to));
}

}  // namespace dynarch::io

#endif  // DYNARCH_TESTS_SIM_IO_SDF3_SAMPLES_H_

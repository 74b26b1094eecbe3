// Messages in protobuf's text format, and a small network, for the tests of
// sim/wire.
#ifndef DYNARCH_TESTS_SIM_WIRE_NETWORK_TEXT_H_
#define DYNARCH_TESTS_SIM_WIRE_NETWORK_TEXT_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

#include "dynarch/v1/network.pb.h"

namespace dynarch::wire {

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message))
      << text;
  return message;
}

// image [1, 4, 4] -> conv -> exit `early`; -> relu -> exit `late`.
inline v1::Network SmallNetwork() {
  return Parse<v1::Network>(R"pb(
    name: "small"
    weights_sha256: "aa"
    inputs {
      name: "image"
      shape: [ "1", "4", "4" ]
    }
    actors {
      name: "conv"
      inputs { from: "image" }
      conv2d {
        out_channels: "2"
        kernel: [ 3, 3 ]
        bias: true
      }
    }
    actors {
      name: "flat1"
      inputs { from: "conv" }
      reshape {}
    }
    actors {
      name: "fc1"
      inputs { from: "flat1" }
      linear { out_features: "3" }
    }
    actors {
      name: "soft1"
      inputs { from: "fc1" }
      softmax {}
    }
    actors {
      name: "relu"
      inputs { from: "conv" }
      elementwise { kind: RELU }
    }
    actors {
      name: "flat2"
      inputs { from: "relu" }
      reshape {}
    }
    actors {
      name: "fc2"
      inputs { from: "flat2" }
      linear { out_features: "3" }
    }
    actors {
      name: "soft2"
      inputs { from: "fc2" }
      softmax {}
    }
    decisions {
      name: "early"
      exit { from: "soft1" }
    }
    decisions {
      name: "late"
      exit { from: "soft2" }
    }
  )pb");
}

}  // namespace dynarch::wire

#endif  // DYNARCH_TESTS_SIM_WIRE_NETWORK_TEXT_H_

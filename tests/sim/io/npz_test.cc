#include "sim/io/npz.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::dynarch::testing::StatusIs;
using graph::Signal;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

auto Refused(const std::string& what) {
  return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(what));
}

void Put(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    out += static_cast<char>(value >> (8 * i) & 0xFF);
  }
}

// `.npy`, version 1, as NumPy writes it.
std::string Npy(const std::string& descr, const std::string& shape,
                const std::string& data, bool fortran = false) {
  std::string header = absl::StrCat(
      "{'descr': '", descr, "', 'fortran_order': ", fortran ? "True" : "False",
      ", 'shape': ", shape, ", }");
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string out = "\x93NUMPY";
  Put(out, 1, 1);
  Put(out, 0, 1);
  Put(out, header.size(), 2);
  return out + header + data;
}

std::string Doubles(const std::vector<double>& values) {
  std::string out;
  for (const double value : values) {
    uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    Put(out, bits, 8);
  }
  return out;
}
std::string Integers(const std::vector<int64_t>& values, int bytes) {
  std::string out;
  for (const int64_t value : values) Put(out, value, bytes);
  return out;
}

std::string Deflated(const std::string& data) {
  z_stream stream{};
  EXPECT_EQ(
      deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY),
      Z_OK);
  std::string out(data.size() + 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// A ZIP of `name.npy` entries; a made-up size is written where it is not 0.
struct Zip {
  std::string bytes, directory;
  int count = 0;

  Zip& Add(const std::string& name, const std::string& data,
           bool packed = false, uint32_t size = 0, int method = -1) {
    const std::string stored = packed ? Deflated(data) : data;
    const auto* raw = reinterpret_cast<const Bytef*>(data.data());
    std::string common;
    Put(common, 20, 2);
    Put(common, 0, 2);
    Put(common, method >= 0 ? method : packed ? 8 : 0, 2);
    Put(common, 0, 4);
    Put(common, crc32_z(0, raw, data.size()), 4);
    Put(common, stored.size(), 4);
    Put(common, size != 0 ? size : data.size(), 4);
    Put(common, name.size() + 4, 2);
    const size_t local = bytes.size();
    Put(bytes, 0x04034b50, 4);
    bytes += common;
    Put(bytes, 0, 2);
    bytes += name + ".npy" + stored;
    Put(directory, 0x02014b50, 4);
    Put(directory, 20, 2);
    directory += common;
    Put(directory, 0, 2 + 2 + 2 + 2 + 4);
    Put(directory, local, 4);
    directory += name + ".npy";
    ++count;
    return *this;
  }
  std::string Done() const {
    std::string out = bytes + directory;
    Put(out, 0x06054b50, 4);
    Put(out, 0, 4);
    Put(out, count, 2);
    Put(out, count, 2);
    Put(out, directory.size(), 4);
    Put(out, bytes.size(), 4);
    Put(out, 0, 2);
    return out;
  }
};

std::string Float32(const std::vector<float>& values) {
  std::string out;
  for (const float value : values) {
    uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    Put(out, bits, 4);
  }
  return out;
}

TEST(NpzTest, ReadsEveryTypeStoredOrDeflated) {
  for (const bool packed : {false, true}) {
    Zip zip;
    zip.Add("d", Npy("<f8", "(2,)", Doubles({0.1, -2})), packed);
    zip.Add("f", Npy("<f4", "(1, 2)", Float32({0.5, 3})), packed);
    zip.Add("l", Npy("<i8", "(2,)", Integers({-1, 1LL << 40}, 8)), packed);
    zip.Add("i", Npy("<i4", "(2,)", Integers({-1, 7}, 4)), packed);
    zip.Add("b", Npy("|b1", "()", Integers({1}, 1)), packed);
    zip.Add("c", Npy("|i1", "(1,)", Integers({-3}, 1)), packed);
    const auto arrays = ReadNpz(zip.Done(), "t.npz");
    ASSERT_OK(arrays);
    ASSERT_EQ(arrays->size(), 6u);
    EXPECT_EQ((*arrays)[0].name, "d");
    EXPECT_THAT((*arrays)[0].numbers, ElementsAre(0.1, -2));
    EXPECT_THAT((*arrays)[1].numbers, ElementsAre(0.5, 3));
    EXPECT_THAT((*arrays)[1].shape, ElementsAre(1, 2));
    EXPECT_THAT((*arrays)[2].integers, ElementsAre(-1, 1LL << 40));
    EXPECT_THAT((*arrays)[3].integers, ElementsAre(-1, 7));
    EXPECT_THAT((*arrays)[4].integers, ElementsAre(1));
    EXPECT_TRUE((*arrays)[4].shape.empty());
    EXPECT_THAT((*arrays)[5].integers, ElementsAre(-3));
  }
}

TEST(NpzTest, DamageIsRefusedWithItsPlace) {
  const std::string array = Npy("<f8", "(2,)", Doubles({1, 2}));
  const auto refused = [](const std::string& bytes, const std::string& what) {
    EXPECT_THAT(ReadNpz(bytes, "t.npz"), Refused(what));
  };
  refused("", "t.npz: is no ZIP archive");
  refused("PK\x03\x04", "t.npz: is no ZIP archive");
  const std::string good = Zip().Add("a", array, true).Done();
  refused(good.substr(0, good.size() - 5), "is no ZIP archive");
  std::string broken = good;
  broken[50] ^= 0x55;  // In the packed bytes.
  EXPECT_FALSE(ReadNpz(broken, "t.npz").ok());
  broken = Zip().Add("a", array).Done();
  broken[broken.find("NUMPY") + 100] ^= 1;
  refused(broken, "t.npz: a.npy: its check sum is wrong");
  refused(Zip().Add("a", array, false, 0, 12).Done(),
          "a.npy: is packed by method 12; stored and deflate are allowed");
  refused(Zip().Add("a", "no array at all").Done(), "a: is no NumPy array");
  refused(Zip().Add("a", Npy(">f8", "(2,)", Doubles({1, 2}))).Done(),
          "a: is of type '>f8'");
  refused(Zip().Add("a", Npy("<f8", "(3,)", Doubles({1, 2}))).Done(),
          "a: holds 16 bytes; its shape needs 3 items of 8");
  refused(Zip().Add("a", Npy("<f8", "(1, 2)", Doubles({1, 2}), true)).Done(),
          "a: is in Fortran order");
  refused(Zip().Add("a", Npy("|O", "(2,)", "")).Done(), "a: is of type '|O'");
  refused(Zip().Add("a", Npy("<f8", "(9999999999, 9999999999)", "")).Done(),
          "a: its shape is too large");
  refused(Zip().Add("a", Npy("<f8", "(-2,)", "")).Done(),
          "a: its header is damaged");
  refused(Zip().Add("a", array).Add("a", array).Done(), "a: is there twice");
}

// 1 GiB announced in a few bytes, and more than deflate can give.
TEST(NpzTest, BombsAreRefusedBeforeTheyAreUnpacked) {
  const std::string array = Npy("<f8", "(2,)", Doubles({1, 2}));
  EXPECT_THAT(ReadNpz(Zip().Add("a", array, true, 1u << 29).Done(), "t.npz"),
              Refused("unpack to 536870912, which deflate cannot"));
  EXPECT_THAT(
      ReadNpz(Zip().Add("a", array, true, (1u << 30) + 1).Done(), "t.npz"),
      Refused("a.npy: is larger than 1073741824 bytes"));
  EXPECT_THAT(ReadNpz(Zip().Add("a", array, true, 1000).Done(), "t.npz"),
              Refused("a.npy: does not unpack to its 1000 bytes"));
}

graph::Network TwoExits() {
  testing::NetworkBuilder net("two");
  net.Input("x", {4});
  graph::Decision gate;
  gate.name = "gate";
  gate.kind = graph::Decision::Kind::kSkip;
  net.Decide(gate);
  net.Add("a", graph::Softmax{}, {"x"});
  net.Add("g", graph::Softmax{}, {"a"}).When("gate");
  net.Add("m", graph::Merge{}, {"g", "a"});
  net.Add("b", graph::Softmax{}, {"m"});
  net.Exit("early", "a").Exit("late", "b");
  return *graph::Network::Create(net.parts());
}

TEST(NpzTraceTest, ReadsConfidenceAndCorrectness) {
  Zip zip;
  zip.Add("confidence",
          Npy("<f4", "(3, 2)", Float32({0.5, 0.25, 1, 0, 0.75, 0.125})), true);
  zip.Add("correct", Npy("|b1", "(3, 2)", Integers({1, 0, 0, 1, 1, 1}, 1)));
  zip.Add("sample", Npy("<i8", "(3,)", Integers({7, 9, 8}, 8)));
  zip.Add("gate", Npy("<i8", "(3,)", Integers({1, 0, 1}, 8)));
  const graph::Network network = TwoExits();
  const auto trace = ReadTraceNpz(zip.Done(), "t.npz", &network);
  ASSERT_OK(trace);
  EXPECT_OK(behavior::CheckMatches(*trace, network));
  EXPECT_THAT(trace->exits, ElementsAre("early", "late"));
  const behavior::TraceSlice& slice = trace->slices[0];
  EXPECT_EQ(slice.split, "select");
  EXPECT_THAT(slice.samples, ElementsAre(7, 9, 8));
  EXPECT_THAT(slice.signal(Signal::kMaxProbability),
              ElementsAre(0.5, 0.25, 1, 0, 0.75, 0.125));
  EXPECT_THAT(slice.correct, ElementsAre(1, 0, 0, 1, 1, 1));
  EXPECT_THAT(slice.outcomes.Row(1), ElementsAre(0));
}

TEST(NpzTraceTest, ReadsTheExitTaken) {
  Zip zip;
  zip.Add("exit", Npy("<i4", "(3,)", Integers({1, 0, 1}, 4)));
  zip.Add("correct", Npy("|b1", "(3,)", Integers({1, 0, 1}, 1)));
  const auto trace = ReadTraceNpz(zip.Done(), "t.npz");
  ASSERT_OK(trace);
  EXPECT_EQ(trace->kind, behavior::Trace::Kind::kOutcomes);
  EXPECT_THAT(trace->exits, ElementsAre("exit1", "exit2"));
  EXPECT_THAT(trace->slices[0].taken, ElementsAre(1, 0, 1));
  EXPECT_THAT(trace->slices[0].correct, ElementsAre(1, 0, 1));
}

TEST(NpzTraceTest, CorrectnessFollowsFromClassAndLabel) {
  Zip zip;
  zip.Add("entropy", Npy("<f8", "(2, 2)", Doubles({0, 1, 2, 3})));
  zip.Add("predicted", Npy("<i8", "(2, 2)", Integers({3, 1, 2, 2}, 8)));
  zip.Add("label", Npy("<i8", "(2,)", Integers({3, 2}, 8)));
  const auto trace = ReadTraceNpz(zip.Done(), "t.npz");
  ASSERT_OK(trace);
  EXPECT_THAT(trace->slices[0].correct, ElementsAre(1, 0, 1, 1));
}

TEST(NpzTraceTest, WhatDoesNotFitIsRefusedWithItsElement) {
  const graph::Network network = TwoExits();
  const auto refused = [&](const Zip& zip, const std::string& what) {
    EXPECT_THAT(ReadTraceNpz(zip.Done(), "t.npz", &network), Refused(what));
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  refused(
      Zip().Add("confidence", Npy("<f8", "(2, 2)", Doubles({0.5, 1, 1, nan}))),
      "t.npz: confidence[1, 1]: got nan; allowed: a number from 0 to 1");
  refused(Zip().Add("entropy", Npy("<f8", "(1, 2)", Doubles({-1, 1}))),
          "t.npz: entropy[0, 0]: got -1; allowed: a number, 0 or more");
  refused(Zip().Add("confidence", Npy("<f8", "(1, 3)", Doubles({0, 0, 0}))),
          "confidence: has shape [1, 3]; [samples, exits] = [1, 2] is needed: "
          "network 'two' has 2 exits");
  refused(Zip()
              .Add("confidence", Npy("<f8", "(1, 2)", Doubles({0, 0})))
              .Add("correct", Npy("|b1", "(2, 2)", Integers({1, 1, 1, 1}, 1))),
          "correct: has shape [2, 2]");
  refused(Zip().Add("confidnce", Npy("<f8", "(1, 2)", Doubles({0, 0}))),
          "confidnce: is unknown; arrays are confidence");
  refused(Zip().Add("confidnce", Npy("<f8", "(1, 2)", Doubles({0, 0}))),
          "did you mean 'confidence'?");
  refused(Zip().Add("exit", Npy("<i8", "(2,)", Integers({0, 2}, 8))),
          "exit[1]: got 2; allowed: 0 to 1");
  refused(Zip().Add("exit", Npy("<f8", "(2,)", Doubles({0, 1}))),
          "exit: integers or bool are needed");
  refused(Zip()
              .Add("exit", Npy("<i8", "(1,)", Integers({0}, 8)))
              .Add("margin", Npy("<f8", "(1, 2)", Doubles({0, 0}))),
          "margin: is there beside 'exit'");
  refused(Zip().Add("confidence", Npy("<f8", "(0, 2)", "")),
          "confidence: has shape [0, 2]; the first extent is the samples");
  refused(Zip()
              .Add("exit", Npy("<i8", "(2,)", Integers({0, 1}, 8)))
              .Add("sample", Npy("<i8", "(2,)", Integers({4, 4}, 8))),
          "sample: sample 4 is there twice");
  refused(Zip(), "t.npz: holds no array");
}

}  // namespace
}  // namespace dynarch::io

#include "sim/io/runtime_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// A cpu with two runtimes, a gpu with one.
v1::Platform Board() {
  v1::Platform board;
  board.set_name("board");
  v1::ProcessingElement& cpu = *board.add_elements();
  cpu.set_name("cpu");
  cpu.mutable_cpu()->set_cores(4);
  cpu.add_runtimes()->set_name("tflite");
  cpu.add_runtimes()->set_name("ncnn");
  v1::ProcessingElement& gpu = *board.add_elements();
  gpu.set_name("gpu");
  gpu.mutable_gpu();
  gpu.add_runtimes()->set_name("tensorrt");
  return board;
}

absl::StatusOr<v1::Platform> Choose(const std::string& name) {
  v1::Platform board = Board();
  auto choice = ParseRuntimeChoice(name);
  if (!choice.ok()) return choice.status();
  const absl::Status status = ApplyRuntimeChoice(*choice, &board);
  if (!status.ok()) return status;
  return board;
}

TEST(RuntimeChoiceTest, ReadsPlatformRuntimesAndThreads) {
  ASSERT_OK_AND_ASSIGN(const RuntimeChoice plain, ParseRuntimeChoice("pi"));
  EXPECT_EQ(plain.platform, "pi");
  EXPECT_THAT(plain.runtimes, IsEmpty());
  EXPECT_EQ(plain.threads, 0);
  ASSERT_OK_AND_ASSIGN(const RuntimeChoice full,
                       ParseRuntimeChoice("xavier@armnn+tensorrt:4"));
  EXPECT_EQ(full.platform, "xavier");
  EXPECT_THAT(full.runtimes, ElementsAre("armnn", "tensorrt"));
  EXPECT_EQ(full.threads, 4);
}

TEST(RuntimeChoiceTest, RefusesWhatIsNoChoice) {
  EXPECT_THAT(ParseRuntimeChoice("pi@"),
              StatusIs(kInvalid, HasSubstr("a runtime's name is empty")));
  EXPECT_THAT(ParseRuntimeChoice("pi@a:many"),
              StatusIs(kInvalid, HasSubstr("got 'many' threads")));
  EXPECT_THAT(ParseRuntimeChoice("pi:0"),
              StatusIs(kInvalid, HasSubstr("THREADS a number >= 1")));
}

TEST(RuntimeChoiceTest, EveryElementKeepsItsFirstByDefault) {
  ASSERT_OK_AND_ASSIGN(const v1::Platform board, Choose("board"));
  EXPECT_EQ(board.name(), "board");
  ASSERT_EQ(board.elements(0).runtimes_size(), 1);
  EXPECT_EQ(board.elements(0).runtimes(0).name(), "tflite");
  EXPECT_EQ(board.elements(1).runtimes(0).name(), "tensorrt");
}

TEST(RuntimeChoiceTest, TheChosenTakesThePlaceOfTheDefault) {
  ASSERT_OK_AND_ASSIGN(const v1::Platform board, Choose("board@ncnn:3"));
  EXPECT_EQ(board.name(), "board@ncnn:3");
  ASSERT_EQ(board.elements(0).runtimes_size(), 1);
  EXPECT_EQ(board.elements(0).runtimes(0).name(), "ncnn");
  EXPECT_EQ(board.elements(0).threads(), 3);
  // Nothing was said of the gpu.
  EXPECT_EQ(board.elements(1).runtimes(0).name(), "tensorrt");
  EXPECT_EQ(board.elements(1).threads(), 0);
}

TEST(RuntimeChoiceTest, AnUnknownRuntimeIsNotFoundWithTheNearest) {
  EXPECT_THAT(Choose("board@ncn"),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("it has ncnn, tensorrt, tflite; did you mean "
                                 "'ncnn'?")));
}

TEST(RuntimeChoiceTest, ThreadsNeedACpu) {
  EXPECT_THAT(Choose("board@tensorrt:2"),
              StatusIs(kInvalid, HasSubstr("takes no number of threads")));
}

}  // namespace
}  // namespace dynarch::io

#include "client/commands/spec_digest.h"

#include <gtest/gtest.h>

#include <string>

#include "dynarch/v1/study.pb.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::commands {
namespace {

v1::StudySpec Spec() {
  v1::StudySpec spec;
  spec.mutable_workload()->set_deadline_ps(33);
  spec.add_only_if("platform has mapping.stages");
  v1::Parameter* parameter = spec.add_space();
  parameter->set_path("platform");
  parameter->mutable_domain()->add_values()->set_text("tx2");
  parameter->mutable_domain()->add_values()->set_text("nx");
  return spec;
}

Digest DigestOf(const v1::StudySpec& spec) { return *DigestOfMessage(spec); }

TEST(SpecDigestTest, IsTheSameForTheSameStudy) {
  EXPECT_EQ(DigestOf(Spec()), DigestOf(Spec()));
  // Made in another order, and through the wire.
  v1::StudySpec other;
  ASSERT_TRUE(other.ParseFromString(Spec().SerializeAsString()));
  EXPECT_EQ(DigestOf(other), DigestOf(Spec()));
}

TEST(SpecDigestTest, DiffersWithEveryChange) {
  const Digest digest = DigestOf(Spec());
  v1::StudySpec spec = Spec();
  spec.mutable_workload()->set_deadline_ps(34);
  EXPECT_NE(DigestOf(spec), digest);
  spec = Spec();
  spec.add_only_if("platform has mapping.stages");
  EXPECT_NE(DigestOf(spec), digest);
  spec = Spec();
  spec.mutable_space(0)->mutable_domain()->mutable_values()->SwapElements(0, 1);
  EXPECT_NE(DigestOf(spec), digest);
  spec = Spec();
  spec.add_model_versions("roofline@2");
  EXPECT_NE(DigestOf(spec), digest);
}

// The same texts at another depth are another study.
TEST(SpecDigestTest, KnowsWhereAValueStands) {
  v1::StudySpec values;
  auto* domain = values.add_space()->mutable_domain();
  domain->add_values()->set_text("never");
  v1::StudySpec also;
  domain = also.add_space()->mutable_domain();
  domain->add_also()->set_text("never");
  EXPECT_NE(DigestOf(values), DigestOf(also));
}

TEST(StudyIdTest, IsReadableAndAllowed) {
  const Digest digest = {.high = 0x0123456789abcdef, .low = 0};
  EXPECT_EQ(StudyId("Digits_v2", digest), "digits-v2-0123456789ab");
  EXPECT_LE(StudyId(std::string(200, 'x'), digest).size(), 63u);
}

}  // namespace
}  // namespace dynarch::commands

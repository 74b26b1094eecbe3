#include "sim/io/npz.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sim/base/status_macros.h"

namespace dynarch::io {
namespace {

// ZIP: signatures and sizes of its records (APPNOTE.TXT 6.3.10, 4.3).
constexpr uint32_t kEndSignature = 0x06054b50;
constexpr uint32_t kEntrySignature = 0x02014b50;
constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr size_t kEndBytes = 22;
constexpr size_t kEntryBytes = 46;
constexpr size_t kLocalBytes = 30;
constexpr size_t kMaxComment = 65535;
constexpr uint32_t kZip64 = 0xFFFFFFFF;
constexpr int kStored = 0, kDeflated = 8;
// A byte of deflate gives at most 1032.
constexpr int64_t kMaxDeflateRatio = 1032;

template <typename T>
T LittleEndian(absl::string_view bytes, size_t at) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[at + i]))
             << (8 * i);
  }
  return static_cast<T>(value);
}

struct Entry {
  std::string name;
  int flags = 0;
  int method = 0;
  uint32_t crc = 0;
  int64_t packed = 0, size = 0, local = 0;
};

class ZipReader {
 public:
  ZipReader(absl::string_view bytes, const std::string& file)
      : bytes_(bytes), file_(file) {}

  absl::StatusOr<std::vector<Entry>> Entries() const {
    const std::optional<size_t> end = FindEnd();
    if (!end.has_value()) {
      return Bad("",
                 "is no ZIP archive, or is cut short; numpy.savez and "
                 "numpy.savez_compressed write what is read here");
    }
    const int count = LittleEndian<uint16_t>(bytes_, *end + 10);
    size_t at = LittleEndian<uint32_t>(bytes_, *end + 16);
    std::vector<Entry> entries;
    for (int i = 0; i < count; ++i) {
      if (at > *end || *end - at < kEntryBytes ||
          LittleEndian<uint32_t>(bytes_, at) != kEntrySignature) {
        return Bad("", "its table of contents is damaged");
      }
      const size_t name = LittleEndian<uint16_t>(bytes_, at + 28);
      const size_t extra = LittleEndian<uint16_t>(bytes_, at + 30);
      const size_t comment = LittleEndian<uint16_t>(bytes_, at + 32);
      const size_t next = at + kEntryBytes + name + extra + comment;
      if (next > *end) return Bad("", "its table of contents is damaged");
      entries.push_back(
          {.name = std::string(bytes_.substr(at + kEntryBytes, name)),
           .flags = LittleEndian<uint16_t>(bytes_, at + 8),
           .method = LittleEndian<uint16_t>(bytes_, at + 10),
           .crc = LittleEndian<uint32_t>(bytes_, at + 16),
           .packed = LittleEndian<uint32_t>(bytes_, at + 20),
           .size = LittleEndian<uint32_t>(bytes_, at + 24),
           .local = LittleEndian<uint32_t>(bytes_, at + 42)});
      at = next;
    }
    return entries;
  }

  absl::StatusOr<std::string> Unpack(const Entry& entry) const {
    DYNARCH_RETURN_IF_ERROR(Check(entry));
    const auto local = static_cast<size_t>(entry.local);
    if (local > bytes_.size() || bytes_.size() - local < kLocalBytes ||
        LittleEndian<uint32_t>(bytes_, local) != kLocalSignature) {
      return Bad(entry.name, "its header is damaged");
    }
    const size_t begin = local + kLocalBytes +
                         LittleEndian<uint16_t>(bytes_, local + 26) +
                         LittleEndian<uint16_t>(bytes_, local + 28);
    const auto packed_size = static_cast<size_t>(entry.packed);
    if (begin > bytes_.size() || bytes_.size() - begin < packed_size) {
      return Bad(entry.name, "is cut short");
    }
    const absl::string_view packed = bytes_.substr(begin, packed_size);
    std::string out;
    if (entry.method == kStored) {
      if (entry.packed != entry.size) return Bad(entry.name, "is damaged");
      out = std::string(packed);
    } else {
      out.resize(entry.size);
      DYNARCH_RETURN_IF_ERROR(Inflate(entry, packed, out));
    }
    const auto* data = reinterpret_cast<const Bytef*>(out.data());
    if (crc32_z(0, data, out.size()) == entry.crc) return out;
    return Bad(entry.name, "its check sum is wrong");
  }

  absl::Status Bad(absl::string_view array, absl::string_view what) const {
    return absl::InvalidArgumentError(
        absl::StrCat(file_, ": ", array, array.empty() ? "" : ": ", what));
  }

 private:
  std::optional<size_t> FindEnd() const {
    if (bytes_.size() < kEndBytes) return std::nullopt;
    const size_t last = bytes_.size() - kEndBytes;
    for (size_t back = 0; back <= std::min(last, kMaxComment); ++back) {
      const size_t at = last - back;
      if (LittleEndian<uint32_t>(bytes_, at) == kEndSignature &&
          LittleEndian<uint16_t>(bytes_, at + 20) == back) {
        return at;
      }
    }
    return std::nullopt;
  }

  absl::Status Check(const Entry& entry) const {
    if ((entry.flags & 1) != 0) return Bad(entry.name, "is encrypted");
    if (entry.method != kStored && entry.method != kDeflated) {
      return Bad(entry.name, absl::StrCat("is packed by method ", entry.method,
                                          "; stored and deflate are allowed"));
    }
    if (entry.packed == kZip64 || entry.size == kZip64 ||
        entry.local == kZip64 || entry.size > kMaxArrayBytes) {
      return Bad(entry.name,
                 absl::StrCat("is larger than ", kMaxArrayBytes, " bytes"));
    }
    if (entry.size > (entry.packed + 16) * kMaxDeflateRatio) {
      return Bad(entry.name,
                 absl::StrCat("says that ", entry.packed, " bytes unpack to ",
                              entry.size, ", which deflate cannot"));
    }
    return absl::OkStatus();
  }

  absl::Status Inflate(const Entry& entry, absl::string_view packed,
                       std::string& out) const {
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
      return absl::ResourceExhaustedError("no memory to unpack");
    }
    // zlib only reads; its interface is older than const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = inflate(&stream, Z_FINISH);
    const bool is_whole = result == Z_STREAM_END && stream.avail_out == 0;
    inflateEnd(&stream);
    if (is_whole) return absl::OkStatus();
    return Bad(entry.name,
               absl::StrCat("does not unpack to its ", entry.size, " bytes"));
  }

  absl::string_view bytes_;
  const std::string& file_;
};

// The header of a .npy file: a Python dictionary of three known keys.
struct NpyHeader {
  std::string descr;
  bool fortran_order = false;
  std::vector<int64_t> shape;
};

// Reads `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }`.
class HeaderParser {
 public:
  explicit HeaderParser(absl::string_view text) : rest_(text) {}

  std::optional<NpyHeader> Parse() && {
    NpyHeader header;
    int seen = 0;
    if (!Takes("{")) return std::nullopt;
    while (!Takes("}")) {
      std::string key;
      if (!Quoted(key) || !Takes(":")) return std::nullopt;
      if (key == "descr") {
        if (!Quoted(header.descr)) return std::nullopt;
        seen |= 1;
      } else if (key == "fortran_order") {
        header.fortran_order = Takes("True");
        if (!header.fortran_order && !Takes("False")) return std::nullopt;
        seen |= 2;
      } else if (key == "shape") {
        if (!Shape(header.shape)) return std::nullopt;
        seen |= 4;
      } else {
        return std::nullopt;
      }
      Takes(",");
    }
    Skip();
    return seen == 7 && rest_.empty() ? std::optional(header) : std::nullopt;
  }

 private:
  void Skip() { rest_ = absl::StripLeadingAsciiWhitespace(rest_); }
  bool Takes(absl::string_view text) {
    Skip();
    return absl::ConsumePrefix(&rest_, text);
  }
  bool Quoted(std::string& text) {
    if (!Takes("'")) return false;
    const size_t end = rest_.find('\'');
    if (end == rest_.npos) return false;
    text = std::string(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return true;
  }
  bool Shape(std::vector<int64_t>& shape) {
    if (!Takes("(")) return false;
    while (!Takes(")")) {
      Skip();
      size_t digits = 0;
      while (digits < rest_.size() && absl::ascii_isdigit(rest_[digits])) {
        ++digits;
      }
      int64_t extent = 0;
      if (!absl::SimpleAtoi(rest_.substr(0, digits), &extent)) return false;
      shape.push_back(extent);
      if (shape.size() > 8) return false;
      rest_.remove_prefix(digits);
      Takes("L");
      Takes(",");
    }
    return true;
  }

  absl::string_view rest_;
};

// `ARRAY.npy` unpacked.
class NpyReader {
 public:
  NpyReader(const ZipReader& zip, std::string name, absl::string_view bytes)
      : zip_(zip), bytes_(bytes) {
    array_.name = std::move(name);
  }

  absl::StatusOr<NpyArray> Read() && {
    DYNARCH_ASSIGN_OR_RETURN(const NpyHeader header, Header());
    array_.shape = header.shape;
    if (header.fortran_order && header.shape.size() > 1) {
      return Bad(
          "is in Fortran order; numpy.ascontiguousarray makes it C "
          "order");
    }
    // Beyond this no file that is read has as many elements.
    absl::int128 count = 1;
    for (const int64_t extent : header.shape) {
      if (extent > kMaxArrayBytes) return Bad("its shape is too large");
      count *= extent;
      if (count > kMaxArrayBytes) return Bad("its shape is too large");
    }
    DYNARCH_RETURN_IF_ERROR(Fill(header.descr, static_cast<int64_t>(count)));
    return std::move(array_);
  }

 private:
  absl::Status Bad(absl::string_view what) const {
    return zip_.Bad(array_.name, what);
  }

  absl::StatusOr<NpyHeader> Header() {
    constexpr absl::string_view kMagic = "\x93NUMPY";
    if (bytes_.size() < 10 || bytes_.substr(0, 6) != kMagic) {
      return Bad("is no NumPy array");
    }
    const int version = static_cast<uint8_t>(bytes_[6]);
    if (version < 1 || version > 3 || (version > 1 && bytes_.size() < 12)) {
      return Bad(absl::StrCat("is a NumPy array of version ", version,
                              "; 1 to 3 are read"));
    }
    const size_t begin = version == 1 ? 10 : 12;
    const size_t length = version == 1 ? LittleEndian<uint16_t>(bytes_, 8)
                                       : LittleEndian<uint32_t>(bytes_, 8);
    if (bytes_.size() - begin < length) return Bad("is cut short");
    auto header = HeaderParser(bytes_.substr(begin, length)).Parse();
    if (!header.has_value()) return Bad("its header is damaged");
    bytes_.remove_prefix(begin + length);
    return *std::move(header);
  }

  absl::Status Fill(const std::string& descr, int64_t count) {
    if (descr == "<f8") return FillNumbers<double, uint64_t>(count);
    if (descr == "<f4") return FillNumbers<float, uint32_t>(count);
    if (descr == "<i8") return FillIntegers<int64_t>(count);
    if (descr == "<i4") return FillIntegers<int32_t>(count);
    if (descr == "<i2") return FillIntegers<int16_t>(count);
    if (descr == "|i1") return FillIntegers<int8_t>(count);
    if (descr == "|u1" || descr == "|b1") return FillIntegers<uint8_t>(count);
    return Bad(absl::StrCat("is of type '", descr,
                            "'; f4, f8, i1, i2, i4, i8, u1 and bool, "
                            "little-endian, are read"));
  }

  absl::Status CheckSize(int64_t count, int64_t item) const {
    if (static_cast<int64_t>(bytes_.size()) == count * item) {
      return absl::OkStatus();
    }
    return Bad(absl::StrCat("holds ", bytes_.size(), " bytes; its shape needs ",
                            count, " items of ", item));
  }

  template <typename T, typename Bits>
  absl::Status FillNumbers(int64_t count) {
    DYNARCH_RETURN_IF_ERROR(CheckSize(count, sizeof(T)));
    array_.numbers.reserve(count);
    for (int64_t i = 0; i < count; ++i) {
      const Bits bits = LittleEndian<Bits>(bytes_, i * sizeof(T));
      T value;
      std::memcpy(&value, &bits, sizeof(T));
      array_.numbers.push_back(value);
    }
    return absl::OkStatus();
  }

  template <typename T>
  absl::Status FillIntegers(int64_t count) {
    DYNARCH_RETURN_IF_ERROR(CheckSize(count, sizeof(T)));
    array_.is_integer = true;
    array_.integers.reserve(count);
    for (int64_t i = 0; i < count; ++i) {
      array_.integers.push_back(LittleEndian<T>(bytes_, i * sizeof(T)));
    }
    return absl::OkStatus();
  }

  const ZipReader& zip_;
  absl::string_view bytes_;
  NpyArray array_;
};

}  // namespace

absl::StatusOr<std::vector<NpyArray>> ReadNpz(absl::string_view bytes,
                                              const std::string& file) {
  const ZipReader zip(bytes, file);
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<Entry> entries, zip.Entries());
  constexpr size_t kMaxArrays = 4096;
  if (entries.size() > kMaxArrays) {
    return zip.Bad("",
                   absl::StrCat("holds ", entries.size(), " arrays; at most ",
                                kMaxArrays, " are read"));
  }
  std::vector<NpyArray> arrays;
  int64_t total = 0;
  for (const Entry& entry : entries) {
    total += entry.size;
    if (total > 4 * kMaxArrayBytes) {
      return zip.Bad("", "unpacks to too much");
    }
    DYNARCH_ASSIGN_OR_RETURN(const std::string unpacked, zip.Unpack(entry));
    const std::string name(absl::StripSuffix(entry.name, ".npy"));
    for (const NpyArray& other : arrays) {
      if (other.name == name) return zip.Bad(name, "is there twice");
    }
    DYNARCH_ASSIGN_OR_RETURN(NpyArray array,
                             NpyReader(zip, name, unpacked).Read());
    arrays.push_back(std::move(array));
  }
  return arrays;
}

}  // namespace dynarch::io

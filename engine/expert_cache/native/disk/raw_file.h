// A file that is read at given places past the page cache, and never written.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace coterie {

class RawFile {
  public:
    // What direct reads begin and end at, and memory for them too.
    static const size_t BLOCK = 4096;
    // The same where a disk has smaller ones.
    static const size_t SECTOR = 512;
    // What is read at once where that is not where it is to be, and memory for it with the blocks at its ends.
    static const size_t PIECE = size_t(1) << 18, ROOM = PIECE + 2 * BLOCK;

    // nullptr where it cannot be opened.
    static std::unique_ptr<RawFile> open(const std::string & path);
    ~RawFile();
    RawFile(const RawFile &) = delete;
    RawFile & operator=(const RawFile &) = delete;

    const std::string & path() const { return path_; }
    uint64_t size() const { return size_; }
    // The same file, as long and as old as it was when it was opened.
    bool is_unchanged() const;
    // Reads to `to`: straight there where it lies within its blocks as the bytes do in the file's, else piece by piece
    // through `room`, which begins at a block. False for an error or an end of the file before theirs.
    // `read_bytes` grows by what came from the disk.
    bool read(uint64_t offset, size_t bytes, char * to, char * room, uint64_t & read_bytes);
    // All of it in memory as the page cache has it, nothing read ahead; nullptr where that cannot be.
    char * mapped();

  private:
    RawFile() = default;
    bool read_straight(uint64_t offset, size_t bytes, char * to, char * room, uint64_t & read_bytes);
    bool read_piece(uint64_t offset, size_t bytes, char * to, char * room, uint64_t & read_bytes);
    int64_t read_at(bool direct, uint64_t offset, size_t bytes, char * to) const;

    std::string path_;
    uint64_t size_ = 0;
    int64_t modified_ = 0;
    std::atomic<bool> is_direct_{ false }, is_straight_{ true };
    char * mapped_ = nullptr;
#ifdef _WIN32
    void *direct_ = nullptr, *plain_ = nullptr, *mapping_ = nullptr;
#else
    int direct_ = -1, plain_ = -1;
#endif
};

} // namespace coterie

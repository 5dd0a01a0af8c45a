// The files of a model, read by a few threads: what is asked for comes at once, as many reads in flight as there are
// threads.
#pragma once

#include "raw_file.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace coterie {

// What was asked for together.
struct Batch {
    int left = 0; // parts that are not there yet
    int file = -1; // that could not be read, -1: none
};

class Disk {
  public:
    struct Totals {
        uint64_t bytes;          // that came from the disk, whole blocks
        uint64_t busy_ns;        // while at least one read was under way
        uint64_t wait_ns;        // while somebody waited
    };

    explicit Disk(std::vector<std::unique_ptr<RawFile>> files);
    ~Disk();
    Disk(const Disk &) = delete;
    Disk & operator=(const Disk &) = delete;

    const RawFile & file(int number) const { return *files_[size_t(number)]; }

    // The batch comes to have `bytes` of a file at `offset` at `to`, which must stay until it was waited for.
    void ask(Batch & batch, int file, uint64_t offset, size_t bytes, char * to);
    // The reads asked for begin.
    void begin();
    // Until all of a batch is there; false: something could not be read, and nothing of it is under way any more.
    bool wait(Batch & batch);
    // Whether all files are as they were; else `number` is one that is not.
    bool is_unchanged(int & number) const;

    Totals totals();

  private:
    using Clock = std::chrono::steady_clock;
    struct Part {
        Batch * batch;
        int file;
        uint64_t offset;
        size_t bytes;
        char * to;
    };
    void work();
    void stop();

    std::vector<std::unique_ptr<RawFile>> files_;
    std::mutex mutex_; // of all below
    std::condition_variable asked_, done_;
    std::vector<Part> parts_; // from `next_` on they wait for a thread
    size_t next_ = 0;
    int under_way_ = 0;
    bool is_stopped_ = false;
    Totals totals_ = {};
    Clock::time_point busy_since_;
    std::vector<std::thread> threads_;
};

} // namespace coterie

#include "disk.h"

#include <algorithm>

namespace coterie {

// Deep enough for an NVMe disk: a part is still split by the system.
static const int THREADS = 8;
static const size_t MOST_BYTES = size_t(1) << 20;

static uint64_t nanoseconds(std::chrono::steady_clock::duration time) {
    return uint64_t(std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
}

Disk::Disk(std::vector<std::unique_ptr<RawFile>> files) : files_(std::move(files)) {
    try {
        for (int i = 0; i < THREADS; i++) {
            threads_.emplace_back([this] { work(); });
        }
    } catch (...) {
        stop();
        throw;
    }
}

Disk::~Disk() {
    stop();
}

void Disk::stop() {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        is_stopped_ = true;
    }
    asked_.notify_all();
    for (std::thread & thread : threads_) {
        thread.join();
    }
}

void Disk::ask(Batch & batch, int file, uint64_t offset, size_t bytes, char * to) {
    const std::lock_guard<std::mutex> lock(mutex_);
    while (bytes > 0) {
        // Whole blocks, but for the first and the last.
        const size_t most = MOST_BYTES - size_t(offset % RawFile::BLOCK), part = std::min(bytes, most);
        parts_.push_back({ &batch, file, offset, part, to });
        batch.left++;
        offset += part;
        bytes -= part;
        to += part;
    }
}

void Disk::begin() {
    asked_.notify_all();
}

bool Disk::wait(Batch & batch) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (batch.left > 0) {
        const Clock::time_point since = Clock::now();
        done_.wait(lock, [&] { return batch.left == 0; });
        totals_.wait_ns += nanoseconds(Clock::now() - since);
    }
    return batch.file < 0;
}

bool Disk::is_unchanged(int & number) const {
    for (number = 0; number < int(files_.size()); number++) {
        if (!files_[size_t(number)]->is_unchanged()) {
            return false;
        }
    }
    return true;
}

Disk::Totals Disk::totals() {
    const std::lock_guard<std::mutex> lock(mutex_);
    Totals found = totals_;
    found.busy_ns += under_way_ > 0 ? nanoseconds(Clock::now() - busy_since_) : 0;
    return found;
}

void Disk::work() {
    const std::unique_ptr<char[]> memory(new char[RawFile::ROOM + RawFile::BLOCK]); // untouched before it is needed
    const size_t begin = reinterpret_cast<size_t>(memory.get());
    char * room = memory.get() + ((begin + RawFile::BLOCK - 1) / RawFile::BLOCK * RawFile::BLOCK - begin);
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
        asked_.wait(lock, [this] { return is_stopped_ || next_ < parts_.size(); });
        if (is_stopped_) {
            return;
        }
        const Part part = parts_[next_++];
        if (next_ == parts_.size()) {
            parts_.clear();
            next_ = 0;
        }
        if (under_way_++ == 0) {
            busy_since_ = Clock::now();
        }
        lock.unlock();
        uint64_t bytes = 0;
        const bool found = files_[size_t(part.file)]->read(part.offset, part.bytes, part.to, room, bytes);
        lock.lock();
        totals_.bytes += bytes;
        if (--under_way_ == 0) {
            totals_.busy_ns += nanoseconds(Clock::now() - busy_since_);
        }
        if (!found) {
            part.batch->file = part.file;
        }
        if (--part.batch->left == 0) {
            done_.notify_all();
        }
    }
}

} // namespace coterie

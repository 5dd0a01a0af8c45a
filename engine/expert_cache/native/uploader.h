// A thread that brings experts to the device while the CPU computes them for the last time.
#pragma once

#include "layer.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace coterie {

class ExpertUploader {
  public:
    // At most `room` experts wait; the memory for that is taken here.
    explicit ExpertUploader(size_t room);
    // What still waits is dropped.
    ~ExpertUploader();

    bool has_room();
    // Needs room.
    void upload(Layer * layer, int expert, int slot);

  private:
    struct Load {
        Layer * layer;
        int expert, slot;
    };
    void run();

    std::vector<Load> ring_;
    size_t first_ = 0, waiting_ = 0;
    bool ends_ = false;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::thread thread_; // the last: it uses all of the above
};

} // namespace coterie

// Uploads experts to the device on its own thread, while the CPU still computes them.
#pragma once

#include "layer.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace coterie {

class ExpertUploader {
  public:
    // A queue of at most `room` experts, allocated here.
    explicit ExpertUploader(size_t room);
    // Drops what is still queued.
    ~ExpertUploader();

    bool has_room();
    // Requires `has_room()`.
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
    std::thread thread_; // last member: uses all of the above
};

} // namespace coterie

#include "uploader.h"

namespace coterie {

ExpertUploader::ExpertUploader(size_t room) : ring_(room), thread_([this] { run(); }) {}

ExpertUploader::~ExpertUploader() {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        ends_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

bool ExpertUploader::has_room() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return waiting_ < ring_.size();
}

void ExpertUploader::upload(Layer * layer, int expert, int slot) {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        ring_[(first_ + waiting_) % ring_.size()] = { layer, expert, slot };
        waiting_++;
    }
    changed_.notify_one();
}

void ExpertUploader::run() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return ends_ || waiting_ > 0; });
        if (ends_) {
            return;
        }
        const Load load = ring_[first_];
        first_ = (first_ + 1) % ring_.size();
        waiting_--;
        lock.unlock();
        load.layer->bring(load.expert, load.slot, nullptr);
        load.layer->slots.filled(load.slot);
        lock.lock();
    }
}

} // namespace coterie

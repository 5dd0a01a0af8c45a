// The proxy's backend in one context: runs of a graph's nodes go to the inner device as they are, expert blocks to
// the cache.
#pragma once

#include "block.h"

#include "ggml-cpu.h"

namespace coterie {

class Cache;

class Lane {
  public:
    // nullptr if a backend cannot be made.
    static std::unique_ptr<Lane> make(ggml_backend_dev_t device);
    ~Lane();

    ggml_status compute(ggml_cgraph * graph);

    // Of the inner device. The CPU's is the same where that is the device.
    ggml_backend_t primary() const { return primary_.get(); }
    ggml_backend_t cpu() const { return cpu_ ? cpu_.get() : primary_.get(); }
    ggml_backend_dev_t device() const { return ggml_backend_get_device(primary_.get()); }
    // Whether the graph's memory is the host's.
    bool is_host() const { return !cpu_; }

    void set_threads(int threads);
    void set_abort(ggml_abort_callback callback, void * data);

  private:
    struct Step {
        ggml_cgraph part;
        std::unique_ptr<Block> block; // nullptr: nothing but nodes
        // The block with all of its experts in slots, and the nodes behind it, where both are the processor's.
        std::vector<ggml_tensor *> nodes;
        ggml_cgraph joined;
    };
    void plan(ggml_cgraph * graph, Cache * cache);
    void add(ggml_cgraph * graph, int first, int end, std::unique_ptr<Block> block);
    std::unique_ptr<Block> block_at(ggml_cgraph * graph, int first, int & end, Cache & cache) const;
    void lay_out_desk();
    void join();
    // `next` moves on.
    ggml_status compute_next(size_t & next, Cache * cache);
    ggml_status compute_left(Step & step);

    BackendPtr primary_, cpu_;
    BufferPtr desk_; // of the host, for what comes down from the device and goes up
    std::vector<Step> steps_;
    uint64_t planned_ = 0; // the graph's uid, 0: none
    ggml_abort_callback abort_ = nullptr;
    void * abort_data_ = nullptr;
};

// Where it is a processor's; else nothing.
void set_threads_of(ggml_backend_t backend, int threads);

// Host memory with the fastest copies to and from a device.
ggml_backend_buffer_type_t host_memory_of(ggml_backend_dev_t device);

// The cache that is active now.
Cache * active_cache();

} // namespace coterie

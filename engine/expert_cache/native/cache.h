// The cache: layers with slots on one inner device, and the computation of expert blocks with them.
#pragma once

#include "uploader.h"
#include "expert_cache.h"
#include "layer.h"

#include <atomic>
#include <mutex>
#include <unordered_map>

namespace coterie {

class Cache {
  public:
    explicit Cache(const coterie_cache_settings & settings) : settings_(settings) {}
    ~Cache();

    // Each gives one of `coterie_cache_result`.
    int open(const char * device, std::string & problem);
    int add_layer(int number, ggml_tensor * const * weights, int count, int slots, size_t bytes, std::string & problem);
    void activate() { is_active_ = true; }

    bool is_active() const { return is_active_; }
    ggml_backend_dev_t device() const { return device_; }
    ggml_backend_buffer_type_t buffer_type() const { return ggml_backend_dev_buffer_type(device_); }
    // Host memory with the fastest copies to and from the device.
    ggml_backend_buffer_type_t host_buffer_type() const;

    // The layer that an operation belongs to, if it is part of an expert block that the cache computes.
    Layer * layer_of(const ggml_tensor * node) const;
    bool takes(const ggml_tensor * node) const;

    // Nodes of a block that begins at `first`; `end` is the node behind it. False when the caller must compute them.
    bool compute(ggml_cgraph * graph, int first, int & end, Layer & layer, ggml_backend_t cpu);
    // Of the inner device, where that is the CPU itself.
    void set_threads(int threads);

    Layer * layer(int number);
    int residents(Layer & layer, int32_t * experts, int room);
    int warm(Layer & layer, const int32_t * experts, int count);
    void read(coterie_cache_counters & counters);

  private:
    struct Row {
        int row;      // token * choices + choice
        int32_t slot; // or the expert, on the CPU
    };
    Policy policy() const;
    bool fits(const Shape & shape, const Layer & layer) const;
    bool is_first(const Layer & layer) const;
    bool prepare(Layer & layer, const Shape & shape);
    bool compute_rows(Layer & layer, const Shape & shape, ggml_backend_t cpu);
    bool read_rows(const Layer & layer, const Shape & shape);
    bool is_taken(int slot) const;
    void sort_rows(Layer & layer);
    bool submit(Layer & layer, const Shape & shape);
    bool compute_on_cpu(Layer & layer, const Shape & shape, ggml_backend_t cpu);
    void fetch(Layer & layer, const Shape & shape);
    void bring_missing(Layer & layer, bool before);

    coterie_cache_settings settings_;
    std::atomic<bool> is_active_{ false };
    ggml_backend_dev_t device_ = nullptr;
    BackendPtr inner_;
    BufferPtr workspace_, host_workspace_, staging_;
    std::vector<std::unique_ptr<Layer>> layers_;
    std::unordered_map<const ggml_tensor *, Layer *> by_weights_;
    std::unique_ptr<ExpertUploader> uploader_;

    std::mutex mutex_; // of all below, and of the layers
    coterie_cache_counters counters_ = {};
    Shape shape_;
    std::vector<int32_t> experts_; // of each row
    std::vector<Row> device_rows_, cpu_rows_;
    std::vector<int32_t> missing_;
    char * result_ = nullptr; // staging of the device's rows, nullptr: already in place

    void gather(const ggml_tensor * source, const std::vector<Row> & rows, bool shared, char * to) const;
    void scatter(const Shape & shape, const std::vector<Row> & rows, const char * from) const;
};

} // namespace coterie

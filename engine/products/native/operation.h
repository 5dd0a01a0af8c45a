// A product as ggml's threads compute it together.
#pragma once

#include "ggml-cpu.h"
#include "ggml.h"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace coterie::products {

// struct ggml_compute_params of ggml-cpu-impl.h: a thread's part of an operation.
struct Part {
    int thread, threads;
    size_t room;
    void * workspace; // of all threads
    ggml_threadpool * pool;
    bool use_reference;
};

// Of the library that computes on the processor.
struct Backend {
    void (*barrier)(ggml_threadpool *);
    const ggml_type_traits_cpu * (*traits)(ggml_type);
};

// Places in the workspace, one behind the other; over nothing it measures what is needed.
class Workspace {
  public:
    explicit Workspace(void * base) : start_(reinterpret_cast<uintptr_t>(base)), at_(start_) {}

    template <typename T> T * take(int64_t count) {
        at_ = (at_ + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        T * place = reinterpret_cast<T *>(at_);
        at_ += sizeof(T) * size_t(count);
        return place;
    }

    // Wherever the workspace begins.
    size_t needed() const { return size_t(at_ - start_) + ALIGNMENT; }

  private:
    static constexpr uintptr_t ALIGNMENT = 64;
    uintptr_t start_, at_;
};

// Numbers that threads take in turns.
using Counter = std::atomic<int64_t>;

// MUL_MAT: one matrix by all tokens.
size_t workspace_of_product(const ggml_tensor * product, int threads);
void compute_product(const Backend & backend, const Part & part, ggml_tensor * product);

// MUL_MAT_ID: of several matrices those that each token chose. False, of each thread, where ggml is to compute it.
size_t workspace_of_chosen(const Backend & backend, const ggml_tensor * product, int threads);
bool compute_chosen(const Backend & backend, const Part & part, ggml_tensor * product);

} // namespace coterie::products

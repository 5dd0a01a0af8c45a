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

// Where a row of floats begins, of all rows of a tensor.
float * row_of(const ggml_tensor * tensor, int64_t row);

// What all threads of a product share, in its workspace. A place is where one token is multiplied by one matrix.
struct Shared {
    Shared(Workspace & workspace, const ggml_tensor * product, int64_t places, int threads);

    // A thread's part of the inputs is quantised; the first thread makes the counter.
    void begin(const Part & part, const ggml_tensor * product) const;

    char * quantised(int64_t row) const { return values + size_t(row) * bytes; }
    char * tile_of(const Part & part) const { return tiles + size_t(part.thread) * tile; }

    size_t bytes, tile; // of a row of the inputs, and of a thread
    Counter * next;
    const void ** inputs; // by place: a row, quantised
    float ** results;     // and where its results begin
    char *values, *tiles;
};

// Products of fewer tokens stay ggml's, to the bit: what a few answers beside each other write, and short questions.
constexpr int64_t FEWEST_TOKENS = 64;

// MUL_MAT: one matrix by all tokens.
size_t workspace_of_product(const ggml_tensor * product, int threads);
void compute_product(const Backend & backend, const Part & part, ggml_tensor * product);

// MUL_MAT_ID: of several matrices those that each token chose.
size_t workspace_of_chosen(const ggml_tensor * product, int threads);
void compute_chosen(const Backend & backend, const Part & part, ggml_tensor * product);

} // namespace coterie::products

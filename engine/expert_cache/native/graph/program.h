// The expert block of a layer as a program for one device, built once for any number of rows.
//
// A row is one token with one of its experts. Rows lie in the second dimension, [width, rows], as the choices of
// one token do; ggml's kernels for a single token then serve rows of several.
#pragma once

#include "ggml-backend.h"
#include "shape.h"

#include <memory>
#include <vector>

namespace coterie {

class Program {
  public:
    // `experts` are the layer's tensors as they lie on the device, numbered as in the shape. The graph's memory is
    // taken from `buffer` from its beginning; nullptr when it does not fit there, or the device cannot compute it.
    static std::unique_ptr<Program> make(
        const Shape & shape, const std::vector<ggml_tensor *> & experts, ggml_backend_dev_t device,
        ggml_backend_buffer_t buffer, int most_rows);
    ~Program();
    Program(const Program &) = delete;
    Program & operator=(const Program &) = delete;

    bool computes(const Shape & shape) const { return shape.operations == operations_; }

    // `tokens`: how many the rows are of, or are some rows of. The input of a single one is given once.
    void set_rows(int rows, int tokens);

    ggml_tensor * input(size_t number) const { return inputs_[number].tensor; }
    // Whether this input has a single row now.
    bool is_shared(size_t number) const { return inputs_[number].of_token && tokens_ == 1; }
    ggml_tensor * ids() const { return ids_; }
    ggml_tensor * result() const { return result_; }

    // Ids and inputs lie together, the ids first, so that one copy brings them all: bytes of it in use now, and where
    // an input begins.
    ggml_tensor * entrance() const { return entrance_; }
    size_t entrance_bytes() const;
    size_t offset(const ggml_tensor * input) const;
    ggml_cgraph * graph() const { return graph_; }

  private:
    struct Input {
        ggml_tensor * tensor;
        bool of_token;
    };
    Program() = default;
    bool build(const Shape & shape, const std::vector<ggml_tensor *> & experts, int most_rows);
    bool place(ggml_backend_dev_t device, ggml_backend_buffer_t buffer);

    std::vector<Operation> operations_;
    ggml_context * context_ = nullptr;
    ggml_cgraph * graph_ = nullptr;
    std::vector<Input> inputs_;
    std::vector<ggml_tensor *> nodes_;
    ggml_tensor * ids_ = nullptr;
    ggml_tensor * entrance_ = nullptr;
    ggml_tensor * last_input_ = nullptr;
    ggml_tensor * result_ = nullptr;
    int rows_ = 0;
    int tokens_ = 0;
};

} // namespace coterie

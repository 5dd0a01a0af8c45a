// Large batches on a card: all experts that a prompt uses pass through one room on the device, one product's weights
// after the other's. The room is what llama.cpp's own copies of these weights would take.
#pragma once

#include "block.h"
#include "uploads.h"

namespace coterie {

// A product and what follows up to the next, with the weights that these take.
struct Streamed {
    struct Weights {
        const ggml_tensor * at_home;
        ggml_tensor *in_room, *behind; // and what kernels may read behind it
    };
    struct Part {
        ggml_cgraph graph;
        std::vector<Weights> weights;
    };
    std::unique_ptr<GraphCopy> copy;
    std::vector<Part> parts;
};

class Stream {
  public:
    // With room for the largest part of any of the layers; nullptr where the device has no events or no memory.
    static std::unique_ptr<Stream> make(ggml_backend_dev_t device, const std::vector<std::unique_ptr<Layer>> & layers);

    // Whether the device computes the block so; sets `streamed`.
    bool place(Block & block);
    // `experts`: of each row. False: the device failed.
    bool compute(Streamed & streamed, const std::vector<int32_t> & experts, ggml_backend_t primary);

  private:
    Streamed::Weights in_room(GraphCopy & copy, ggml_tensor * at_home, size_t & offset) const;
    void fill(const Streamed::Part & part);

    ggml_backend_dev_t device_ = nullptr;
    BackendPtr uploads_;
    BufferPtr room_;
    EventPtr filled_, computed_;
    bool is_in_use_ = false;
    std::vector<bool> used_; // by expert
};

} // namespace coterie

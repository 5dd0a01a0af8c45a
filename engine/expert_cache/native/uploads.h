// Experts on their way into slots beside the steps: copies in the order of a second backend of the device, which the
// one that computes waits for by an event. No thread, and nothing here waits.
#pragma once

#include "layer.h"

namespace coterie {

class Uploads {
  public:
    // nullptr where the device has no events.
    static std::unique_ptr<Uploads> make(ggml_backend_dev_t device);

    void bring(Layer & layer, int expert, int slot);
    // After the last expert that a block brought.
    void close(Layer & layer);
    // What `backend` computes from now on comes after all that was brought for the layer.
    void await(Layer & layer, ggml_backend_t backend);
    // Waits until what was brought for the layer may be overwritten where it came from.
    void release(Layer & layer);
    // Waits for everything.
    void finish();

  private:
    ggml_backend_dev_t device_ = nullptr;
    BackendPtr backend_;
};

} // namespace coterie

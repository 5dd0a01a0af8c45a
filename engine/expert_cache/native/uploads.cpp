#include "uploads.h"

namespace coterie {

std::unique_ptr<Uploads> Uploads::make(ggml_backend_dev_t device) {
    ggml_backend_dev_props properties;
    ggml_backend_dev_get_props(device, &properties);
    if (!properties.caps.async || !properties.caps.events) {
        return nullptr;
    }
    auto uploads = std::make_unique<Uploads>();
    uploads->device_ = device;
    uploads->backend_.reset(ggml_backend_dev_init(device, nullptr));
    return uploads->backend_ ? std::move(uploads) : nullptr;
}

void Uploads::bring(Layer & layer, int expert, int slot) {
    layer.bring(expert, slot, backend_.get());
}

void Uploads::close(Layer & layer) {
    if (!layer.uploaded) {
        layer.uploaded.reset(ggml_backend_event_new(device_));
    }
    if (layer.uploaded) {
        ggml_backend_event_record(layer.uploaded.get(), backend_.get());
        layer.is_awaited = layer.is_on_its_way = true;
    } else {
        finish();
    }
}

void Uploads::await(Layer & layer, ggml_backend_t backend) {
    if (layer.is_awaited) {
        ggml_backend_event_wait(backend, layer.uploaded.get());
        layer.is_awaited = false;
    }
}

void Uploads::release(Layer & layer) {
    if (layer.is_on_its_way) {
        ggml_backend_event_synchronize(layer.uploaded.get());
        layer.is_on_its_way = false;
    }
}

void Uploads::finish() {
    ggml_backend_synchronize(backend_.get());
}

} // namespace coterie

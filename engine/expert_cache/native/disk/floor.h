// The lowest floor: a type of memory whose tensors are nowhere but in the model's files.
//
// llama.cpp loads a model with it as with any other, but reads nothing into it: while it loads, the tensors say that
// they have no bytes. Afterwards each lies where the file has it in a mapping that nobody need touch.
#pragma once

#include "disk.h"

#include "ggml-backend-impl.h"

#include <unordered_map>

namespace coterie {

class Floor {
  public:
    struct Place {
        int file;
        uint64_t offset;
    };

    // nullptr, with `problem`, where a file cannot be opened or mapped.
    static std::unique_ptr<Floor> open(const char * const * paths, int count, std::string & problem);
    // A tensor of the model. False: its bytes are not within the file.
    bool add(const std::string & name, Place place, uint64_t bytes);

    // Gives a tensor its place; false for one that was not added.
    bool take(ggml_tensor * tensor);
    // The model is loaded.
    void settle();
    // Where a tensor of the model's lies; nullptr: not here.
    const Place * place_of(const ggml_tensor * tensor) const;

    Disk & disk() { return *disk_; }

  private:
    struct Known {
        Place place;
        uint64_t bytes;
    };
    std::vector<char *> mapped_;
    std::unique_ptr<Disk> disk_;
    std::unordered_map<std::string, Known> known_;
    std::unordered_map<const ggml_tensor *, Place> taken_;
    std::vector<ggml_tensor *> unsettled_;
};

// The type of memory; of the floor that is open when memory is asked for.
ggml_backend_buffer_type_t floor_memory();
// The floor that is open now.
Floor * open_floor();

} // namespace coterie

"""What clients are told of errors whose usual sentences speak to whoever sits before the window. English: programs
read them, and some match their words."""

from __future__ import annotations

from app.messages import filled, localized_error
from engine.errors import ErrorInfo

_WORDS = {
    "unknown": "Something unexpected went wrong ({detail}).",
    # Many clients shorten a conversation on these words.
    "engine.context_overflow": "This model's maximum context length is {available} tokens, but the request has "
    "{needed}. Shorten it, or have the model loaded with a longer context.",
    "engine.answer_failed": "An error in Coterie stopped the answer ({detail}). Ask again.",
    "engine.no_model": "No model is loaded on this computer.",
    "engine.load_cancelled": "Loading the model was canceled on this computer.",
    "engine.context_memory": "There isn’t enough memory for a context of {context} tokens.",
    "engine.context_too_long": "This model can’t handle a context of {asked} tokens, only {trained} or less.",
    "engine.empty_prompt": "The request has nothing for the model to answer.",
    "engine.decode_failed": "The model failed while writing (code {status}). Ask again.",
    "engine.killed": "The engine was stopped from outside, most likely because memory ran out. Ask again, or ask a "
    "smaller model.",
    "engine.aborted": "The engine stopped because of an internal error. Ask again.",
    "engine.crashed": "The engine crashed ({how}). Ask again.",
    "engine.not_answering": "The engine stopped responding and was shut down. Ask again.",
    "engine.garbage": "The engine sent data that couldn’t be read and was shut down. Ask again.",
    "engine.crashes_too_often": "{name} crashed the engine three times in ten minutes, so it isn’t restarted for "
    "programs. Ask another model, or load this one in Coterie.",
    "engine.cache_type": "This model’s context can’t be stored as {kind} ({detail}). Coterie has to load it in "
    "another form.",
    "worker.lost": "The connection to the PC at {address}, which lends its memory, was lost.",
    "model.no_embeddings": "{name} isn’t an embedding model. Ask one that is, such as multilingual-e5-small.",
    "model.no_scores": "{name} isn’t a reranker model. Ask one that is.",
    "model.missing": "There’s no file at {path}. It may have been moved or deleted.",
    "disk.read": "The model’s experts couldn’t be read from {path}. Ask again.",
    "disk.changed": "{path} changed while the model was in use. The model has to be loaded again in Coterie.",
    "picture.changed": "A picture isn’t what was sent. Send it again.",
    "picture.too_large": "A picture takes more room than the model has. Send a smaller one.",
    "template.raised": "The model’s chat template doesn’t accept these messages ({detail}).",
    "template.failed": "The model’s chat template failed on these messages ({detail}).",
    "template.none": "This model comes without a chat template, so it may not answer like a chat model.",
    "plan.try_smaller_cache": "This model needs {missing_bytes} more memory with its present context.",
    "plan.try_shorter_context": "There isn’t enough memory for a context of {asked} tokens. {context} would fit.",
    "hub.bad_certificates": "The certificate file {path} can’t be used ({detail}).",
    "hub.offline": "Coterie is set to stay offline, so Hugging Face wasn’t contacted.",
    "hub.proxy": "The proxy blocked the request to {host}.",
    "hub.certificate": "This computer doesn’t trust the certificate of {host}.",
    "hub.not_found": "Hugging Face has no repository {repo}, or it’s private.",
    "hub.gated": "The author of {repo} must approve access first. Request it at {url}.",
    "hub.needs_token": "Hugging Face needs to know who you are: Coterie has no access token.",
    "hub.bad_token": "Hugging Face rejected Coterie’s access token.",
    "hub.changed": "{path} in {repo} has changed on Hugging Face meanwhile. Ask again.",
    "download.certificate": "The identity of {host} can’t be verified.",
    "download.proxy": "The proxy can’t reach {host}.",
    "library.folder_gone": "The library folder {folder} isn’t there. Its disk may not be connected.",
    "store.read_only": "Coterie can’t write to {folder}.",
    "store.disk_full": "There’s no space left in {folder}.",
    "store.locked": "Another program is writing to Coterie’s data. Try again in a moment.",
}


def words_of(error: ErrorInfo) -> str:
    """A sentence for a client."""
    words = _WORDS.get(error.code)
    if words is None:
        return localized_error(error)
    # Numbers are plain, as programs look for them.
    plain = {
        name: str(value) if isinstance(value, int) and not name.endswith("bytes") else value
        for name, value in error.params.items()
    }
    return filled(words, plain)

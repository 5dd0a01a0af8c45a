from tests.engine.hub.transfer.pulling import pull

__all__ = ["pull"]

"""The desk: what people do here, whatever door they came by. Hand in, look, act; command line, pages and API alike."""

//! Portable clients for blobs and queues over memory, AWS and Azure.

//! Blocking Tencent Cloud COS SDK.

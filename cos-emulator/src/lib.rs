//! A local server that speaks Tencent Cloud COS.

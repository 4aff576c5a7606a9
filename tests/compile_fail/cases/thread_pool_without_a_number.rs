use qcloud_cos::{CosError, SimpleThreadPool};

fn script() -> Result<(), CosError> {
    let pool: SimpleThreadPool<()> = SimpleThreadPool::new()?;
    pool.wait_completion();
    Ok(())
}

fn main() {}

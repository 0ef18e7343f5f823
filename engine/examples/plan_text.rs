//! Prints the plan of an encoded flush, and its WGSL with `--wgsl`, as for a software adapter with `--software`: `cargo run --example plan_text -- FILE`.
//!
//! Needs no device. Refuses to run anything.

use std::{env, fs, io};

use carrel_engine::codegen::generate;
use carrel_engine::plan::print::plan_text;
use carrel_engine::plan::{Caps, plan};
use carrel_engine::wire::{Flush, Program};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [file, options @ ..] = arguments.as_slice() else {
        return Err(io::Error::other("usage: plan_text FILE [--wgsl] [--software]"));
    };
    let flush = Flush::decode(&fs::read(file)?).map_err(io::Error::other)?;
    let program = Program::decode(&flush.program).map_err(io::Error::other)?;
    let donated: Vec<bool> = flush.input_ids.iter().map(|id| flush.frees.contains(id)).collect();
    let caps = Caps {
        software: options.iter().any(|option| option == "--software"),
        ..Caps::default()
    };
    let plan = plan(&program, &donated, &caps).map_err(io::Error::other)?;
    println!("{} nodes, {} kernels", program.nodes.len(), plan.kernels.len());
    print!("{}", plan_text(&plan));
    if options.iter().any(|option| option == "--wgsl") {
        for kernel in &plan.kernels {
            let module = generate(kernel, &caps);
            println!("\ngrid {:?}\n{}", module.grid, module.wgsl);
        }
    }
    Ok(())
}

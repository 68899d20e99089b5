//! AWS `CloudFormation` Guard, as its command `validate` with a file for each cluster. It prints its own report.

use std::path::Path;

use cfn_guard::{
    CommandBuilder as _, ValidateBuilder,
    commands::{
        Executable as _,
        validate::{OutputFormatType, ShowSummaryType},
    },
    utils::{reader::Reader, writer::Writer},
};

use crate::{Result, checks};

pub(crate) fn judge(folder: &Path) -> Result {
    let validate = ValidateBuilder::default()
        .rules(vec![checks("checks.guard").display().to_string()])
        .data(vec![folder.display().to_string()])
        .structured(true)
        .output_format(OutputFormatType::JSON)
        .show_summary(vec![ShowSummaryType::None])
        .try_build()?;
    validate.execute(&mut Writer::default(), &mut Reader::default())?;
    Ok(())
}

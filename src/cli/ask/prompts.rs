//! The prompts on the terminal.

use super::terminal::Terminal;
use super::{Ask, Check, Choice, stopped};
use crate::exit::{Exit, Failure};
use crate::text::{cut, visible, width};
use crate::tr;
use crate::words::Message;
use inquire::error::InquireResult;
use inquire::list_option::ListOption;
use inquire::ui::{RenderConfig, Styled};
use inquire::{InquireError, MultiSelect, Password, PasswordDisplayMode, Select, Text};
use rustix::fd::OwnedFd;
use rustix::process::{Signal, kill_current_process_group};
use rustix::termios::tcgetwinsize;
use std::fmt;

/// Columns before a choice: a mark, a box, blanks.
const MARGIN: usize = 8;
/// Lines around the choices: the question, the help, what was there before.
const AROUND: u16 = 6;

/// A choice as a line of the terminal.
struct Row {
    line: String,
    choice: Choice,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

/// The choices as lines of this many columns at most, with their notes below each other.
fn rows(choices: &[Choice], columns: usize) -> Vec<Row> {
    let room = columns.saturating_sub(MARGIN).max(MARGIN);
    let longest = choices.iter().map(|c| width(&c.name)).max().unwrap_or(0).min(room * 2 / 3);
    let row = |choice: &Choice| {
        let name = cut(&choice.name, if choice.note.is_empty() { room } else { longest });
        let pad = " ".repeat(longest.saturating_sub(width(&name)));
        let line = cut(&format!("{name}{pad}  {}", choice.note), room);
        Row { line: line.trim_end().to_owned(), choice: choice.clone() }
    };
    choices.iter().map(row).collect()
}

impl Terminal {
    /// Columns and rows.
    fn size(&self) -> (usize, u16) {
        let size = tcgetwinsize(&self.tty).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0);
        size.map_or((80, 24), |size| (usize::from(size.ws_col), size.ws_row))
    }

    /// Lets a prompt run, which draws on standard error and reads keys from the terminal.
    fn run<T>(&mut self, prompt: impl FnOnce() -> InquireResult<T>) -> Result<T, Failure> {
        let answer = match OnStandardError::put(self) {
            Ok(_there) => prompt(),
            Err(e) => Err(std::io::Error::from(e).into()),
        };
        answer.map_err(|e| match e {
            InquireError::OperationCanceled | InquireError::OperationInterrupted => {
                // What Ctrl-C does at any other moment: it ends the whole line, and the loop or script around it.
                let _ = kill_current_process_group(Signal::INT);
                stopped()
            }
            e => Failure::new(Exit::Other, tr!("ask-broken", reason = e)),
        })
    }

    fn look(&self) -> RenderConfig<'static> {
        let look = if self.colour { RenderConfig::default_colored() } else { RenderConfig::empty() };
        look.with_canceled_prompt_indicator(Styled::new("—"))
    }

    /// The keys, as one line in its brackets.
    fn help(&self, keys: &Message) -> String {
        cut(keys.spoken(), self.size().0.saturating_sub(3))
    }

    fn page(&self) -> usize {
        usize::from(self.size().1.saturating_sub(AROUND).clamp(3, 12))
    }
}

/// The terminal in the place of standard error, which may lead to a file, until it is dropped.
struct OnStandardError(OwnedFd);

impl OnStandardError {
    fn put(terminal: &Terminal) -> rustix::io::Result<Self> {
        let before = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stderr(), 3)?;
        rustix::stdio::dup2_stderr(&terminal.tty)?;
        Ok(Self(before))
    }
}

impl Drop for OnStandardError {
    fn drop(&mut self) {
        let _ = rustix::stdio::dup2_stderr(&self.0);
    }
}

impl Ask for Terminal {
    fn one(&mut self, question: &Message, choices: &[Choice]) -> Result<usize, Failure> {
        let (look, page, rows) = (self.look(), self.page(), rows(choices, self.size().0));
        let help = self.help(&tr!("ask-help-one"));
        self.run(|| {
            let chosen = Select::new(question.spoken(), rows)
                .with_render_config(look)
                .with_page_size(page)
                .with_help_message(&help)
                .with_scorer(&|typed, row, _, at| row.choice.rank(typed, at))
                .with_formatter(&|row: ListOption<&Row>| row.value.choice.name.clone())
                .raw_prompt()?;
            Ok(chosen.index)
        })
    }

    fn several(&mut self, question: &Message, choices: &[Choice]) -> Result<Vec<usize>, Failure> {
        let (look, page, rows) = (self.look(), self.page(), rows(choices, self.size().0));
        let names = |chosen: &[ListOption<&Row>]| match chosen {
            [] => tr!("ask-any").spoken().to_owned(),
            _ => chosen.iter().map(|row| &*row.value.choice.name).collect::<Vec<_>>().join(", "),
        };
        let help = self.help(&tr!("ask-help-several"));
        self.run(|| {
            let chosen = MultiSelect::new(question.spoken(), rows)
                .with_render_config(look)
                .with_page_size(page)
                .with_help_message(&help)
                .with_scorer(&|typed, row, _, at| row.choice.rank(typed, at))
                .with_formatter(&names)
                .raw_prompt()?;
            Ok(chosen.into_iter().map(|row| row.index).collect())
        })
    }

    fn text(&mut self, question: &Message, offered: &str, check: Check<'_>) -> Result<String, Failure> {
        let look = self.look();
        // The library keeps its own copies of validators: what is typed is checked here instead.
        loop {
            let typed =
                self.run(|| Text::new(question.spoken()).with_render_config(look).with_default(offered).prompt())?;
            match check(typed.trim()) {
                Ok(()) => return Ok(typed.trim().to_owned()),
                Err(why) => self.tell(&why),
            }
        }
    }

    fn secret(&mut self, question: &Message) -> Result<String, Failure> {
        let look = self.look();
        loop {
            let typed = self.run(|| {
                Password::new(question.spoken())
                    .with_render_config(look)
                    .without_confirmation()
                    .with_display_mode(PasswordDisplayMode::Hidden)
                    .prompt()
            })?;
            if !typed.trim().is_empty() {
                return Ok(typed);
            }
        }
    }

    fn tell(&mut self, line: &Message) {
        let line = visible(line.spoken());
        self.put(&format!("{line}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_fit_the_terminal() {
        let choices = [
            Choice::new("도로 표지판과 신호등을 찾는 아주 긴 이름의 프로젝트 (2026년 봄, 서울과 부산)", "id 42"),
            Choice::new("Roads", "id 7"),
        ];
        for columns in [20, 40, 80, 200] {
            let shown = rows(&choices, columns);
            assert!(shown.iter().all(|row| width(&row.line) + MARGIN <= columns.max(2 * MARGIN)), "{columns}");
        }
        let shown = rows(&choices, 200);
        assert_eq!(shown[1].line.find("id 7").unwrap(), width(&choices[0].name) + 2);
        assert!(rows(&choices, 40)[0].line.ends_with("id 42"), "{}", rows(&choices, 40)[0].line);
    }
}

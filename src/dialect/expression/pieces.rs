//! Construction and matching of expressions, for the rewriting rules.
//!
//! Must not know any rule, nor how a database prints.

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident,
    ObjectName, ObjectNamePart, Value,
};

use crate::dialect::Product;

/// Takes an expression and leaves NULL in its place.
pub(super) fn take(tree: &mut Expr) -> Expr {
    std::mem::replace(tree, Expr::value(Value::Null))
}

/// Operands joined by one operator, grouped to the left.
pub(super) fn join(op: &BinaryOperator, operands: Vec<Expr>) -> Expr {
    let joined = operands.into_iter().reduce(|left, right| binary(left, op.clone(), right));
    joined.unwrap_or_else(|| Expr::value(Value::Null))
}

/// `left op right`.
pub(super) fn binary(left: Expr, op: BinaryOperator, right: Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left), op, right: Box::new(right) }
}

/// `name(arguments…)`.
pub(super) fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    let args = arguments.into_iter().map(|argument| FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))).collect();
    Expr::Function(Function {
        name: ObjectName(vec![ObjectNamePart::Identifier(Ident::new(name))]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList { duplicate_treatment: None, args, clauses: Vec::new() }),
        within_group: Vec::new(),
        filter: None,
        null_treatment: None,
        over: None,
    })
}

/// The name and arguments of a plain call: no `DISTINCT`, no window, no schema.
pub(super) fn plain_call(tree: &mut Expr) -> Option<(&mut Ident, Vec<&mut Expr>)> {
    let Expr::Function(function) = tree else { return None };
    if function.over.is_some() || function.filter.is_some() || !function.within_group.is_empty() {
        return None;
    }
    let [ObjectNamePart::Identifier(name)] = function.name.0.as_mut_slice() else { return None };
    let arguments = match &mut function.args {
        FunctionArguments::None => Vec::new(),
        FunctionArguments::Subquery(_) => return None,
        FunctionArguments::List(list) => {
            if list.duplicate_treatment.is_some() || !list.clauses.is_empty() {
                return None;
            }
            let arguments = list.args.iter_mut().map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) => Some(argument),
                _ => None,
            });
            arguments.collect::<Option<Vec<_>>>()?
        }
    };
    Some((name, arguments))
}

/// The content of a string literal.
pub(super) fn text(product: Product, tree: &Expr) -> Option<String> {
    let Expr::Value(value) = tree else { return None };
    let Value::SingleQuotedString(raw) = &value.value else { return None };
    let content = raw.replace("''", "'");
    Some(match product {
        Product::Postgres | Product::Sqlite => content,
        Product::MySql | Product::MariaDb => content.replace("\\\\", "\\"),
    })
}

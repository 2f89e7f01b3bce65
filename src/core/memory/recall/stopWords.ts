/** Words of English that say nothing of what is looked for. */
export const stopWords: ReadonlySet<string> = new Set(
  (
    'a about above after again all also am an and any are as at be because been before being below between both but by can cannot could ' +
    'd did do does doing done down during each eg else etc few for from further had has have having he her here hers him his how i ie if ' +
    'in into is it its just ll m may me might more most must my no nor not now of off on once only onto or other our out over own per re ' +
    's same shall she should so some such t than that the their them then there these they this those through to too under until up us ' +
    've very via was we were what when where which while who whom whose why will with within without would you your'
  ).split(' '),
);

/** What is done to code, not what the code is about. In the words of a commit they do tell kinds of change apart. */
export const changeVerbs: ReadonlySet<string> = new Set(
  (
    'add added adding adds bug bugfix build change changed changes changing chore ci doc docs feat feature fix fixed fixes fixing improve ' +
    'improved improves improving issue make makes making perf refactor remove removed removes removing style support supports test tests ' +
    'update updated updates updating use used uses using'
  ).split(' '),
);

-- The running example of "Database Systems: a short course": the COMPANY database.
-- SQLite runs it as it stands; so does any SQL system that knows deferrable constraints.
-- People, places and projects are invented.

CREATE TABLE EMPLOYEE (
  Ssn       CHAR(9)       NOT NULL,
  Fname     VARCHAR(15)   NOT NULL,
  Minit     CHAR(1),
  Lname     VARCHAR(15)   NOT NULL,
  Bdate     DATE,
  Address   VARCHAR(40),
  Salary    INTEGER       CHECK (Salary > 0),
  Super_ssn CHAR(9),
  Dno       INTEGER       NOT NULL,
  PRIMARY KEY (Ssn),
  FOREIGN KEY (Super_ssn) REFERENCES EMPLOYEE (Ssn) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (Dno) REFERENCES DEPARTMENT (Dnumber) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE DEPARTMENT (
  Dnumber        INTEGER      NOT NULL,
  Dname          VARCHAR(15)  NOT NULL,
  Mgr_ssn        CHAR(9)      NOT NULL,
  Mgr_start_date DATE,
  PRIMARY KEY (Dnumber),
  UNIQUE (Dname),
  FOREIGN KEY (Mgr_ssn) REFERENCES EMPLOYEE (Ssn) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE DEPT_LOCATIONS (
  Dnumber   INTEGER      NOT NULL,
  Dlocation VARCHAR(15)  NOT NULL,
  PRIMARY KEY (Dnumber, Dlocation),
  FOREIGN KEY (Dnumber) REFERENCES DEPARTMENT (Dnumber)
);

CREATE TABLE PROJECT (
  Pnumber   INTEGER      NOT NULL,
  Pname     VARCHAR(15)  NOT NULL,
  Plocation VARCHAR(15),
  Dnum      INTEGER      NOT NULL,
  PRIMARY KEY (Pnumber),
  UNIQUE (Pname),
  FOREIGN KEY (Dnum) REFERENCES DEPARTMENT (Dnumber)
);

CREATE TABLE WORKS_ON (
  Essn  CHAR(9)       NOT NULL,
  Pno   INTEGER       NOT NULL,
  Hours DECIMAL(3,1),
  PRIMARY KEY (Essn, Pno),
  FOREIGN KEY (Essn) REFERENCES EMPLOYEE (Ssn),
  FOREIGN KEY (Pno) REFERENCES PROJECT (Pnumber)
);

CREATE TABLE DEPENDENT (
  Essn           CHAR(9)      NOT NULL,
  Dependent_name VARCHAR(15)  NOT NULL,
  Bdate          DATE,
  Relationship   VARCHAR(10),
  PRIMARY KEY (Essn, Dependent_name),
  FOREIGN KEY (Essn) REFERENCES EMPLOYEE (Ssn) ON DELETE CASCADE
);

BEGIN;

INSERT INTO EMPLOYEE (Ssn, Fname, Minit, Lname, Bdate, Address, Salary, Super_ssn, Dno) VALUES
  ('101010101', 'Clara',  'M', 'Vogel',   '1964-02-11', '3 Harbour St, Arden',   92000, NULL,        1),
  ('202020202', 'Omar',   'T', 'Haddad',  '1971-08-30', '18 Quarry Rd, Belmont', 71000, '101010101', 2),
  ('303030303', 'Ingrid', 'S', 'Nyberg',  '1968-12-05', '7 Orchard Ln, Corby',   68000, '101010101', 3),
  ('404040404', 'Pedro',  'A', 'Santos',  '1975-05-19', '44 Station Rd, Arden',  64000, '101010101', 4),
  ('505050505', 'Mei',    'L', 'Tanaka',  '1985-01-23', '9 Elm Ct, Belmont',     52000, '202020202', 2),
  ('606060606', 'Jonas',  'K', 'Weber',   '1990-07-14', '21 Mill Ln, Belmont',   45000, '202020202', 2),
  ('707070707', 'Aisha',  'R', 'Bello',   '1982-03-03', '5 Bridge St, Corby',    48000, '303030303', 3),
  ('808080808', 'Tom',    'B', 'Fraser',  '1993-11-27', '62 Canal Wk, Corby',    39000, '303030303', 3),
  ('909090909', 'Lucia',  'F', 'Moretti', '1988-09-09', '30 Park Row, Dalton',   43000, '404040404', 4),
  ('121212121', 'Ravi',   'D', 'Menon',   '1996-04-16', '11 High St, Arden',     39000, '404040404', 4);

INSERT INTO DEPARTMENT (Dnumber, Dname, Mgr_ssn, Mgr_start_date) VALUES
  (1, 'Direction',  '101010101', '2009-01-01'),
  (2, 'Design',     '202020202', '2015-06-15'),
  (3, 'Production', '303030303', '2012-03-01'),
  (4, 'Sales',      '404040404', '2018-09-01');

INSERT INTO DEPT_LOCATIONS (Dnumber, Dlocation) VALUES
  (1, 'Arden'),
  (2, 'Belmont'),
  (2, 'Dalton'),
  (3, 'Belmont'),
  (3, 'Corby'),
  (4, 'Arden');

INSERT INTO PROJECT (Pnumber, Pname, Plocation, Dnum) VALUES
  (10, 'Compass',    'Belmont', 2),
  (11, 'Lantern',    'Dalton',  2),
  (20, 'Foundry',    'Corby',   3),
  (21, 'Conveyor',   'Belmont', 3),
  (30, 'Catalogue',  'Arden',   4),
  (40, 'Relocation', 'Arden',   1);

INSERT INTO WORKS_ON (Essn, Pno, Hours) VALUES
  ('101010101', 40, NULL),
  ('202020202', 10, 10.0),
  ('202020202', 11, 10.0),
  ('202020202', 20,  5.5),
  ('303030303', 20, 20.0),
  ('303030303', 21, 10.0),
  ('404040404', 30, 20.0),
  ('505050505', 10, 25.0),
  ('505050505', 11, 15.0),
  ('606060606', 10, 40.0),
  ('707070707', 20, 30.0),
  ('707070707', 21,  7.5),
  ('808080808', 21, 40.0),
  ('909090909', 30, 30.0),
  ('909090909', 40, 10.0),
  ('121212121', 30, 35.0);

INSERT INTO DEPENDENT (Essn, Dependent_name, Bdate, Relationship) VALUES
  ('202020202', 'Karim', '2006-10-01', 'Son'),
  ('202020202', 'Layla', '2003-06-12', 'Daughter'),
  ('202020202', 'Nadia', '1973-02-20', 'Spouse'),
  ('303030303', 'Erik',  '1966-04-04', 'Spouse'),
  ('606060606', 'Emma',  '2018-12-24', 'Daughter'),
  ('909090909', 'Emma',  '2015-05-05', 'Daughter');

COMMIT;
